import { recordedApps } from '../apps/all-apps.ts';
import type { ImageDetails, Images } from '../engine/engine.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { EXIT } from '../errors/exit-codes.ts';
import { compareApps, type ExpectedApp, matchApps } from '../frappe/compare-apps.ts';
import { readImageApps } from '../frappe/image-apps.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { omitUndefined } from '../omit-undefined.ts';
import type { VerifiedPoint } from './verified-point.ts';

export interface ComparedCommits {
  readonly points: readonly VerifiedPoint[];
  /** Name of each app in the record → its folder in the image. */
  readonly folders: ReadonlyMap<string, string>;
}

/** Compares the commits that bench recorded in the image with those of the record. */
export async function compareCommits(
  manifest: Manifest,
  at: { readonly images: Images; readonly image: Pick<ImageDetails, 'id'>; readonly benchFolder: string },
): Promise<ComparedCommits> {
  const expected: readonly ExpectedApp[] = recordedApps(manifest).map(({ name, ref, commit, tagObject }) => ({
    name,
    ref,
    commit,
    ...omitUndefined({ tagObject }),
  }));
  try {
    const found = await readImageApps(at.images, at.image.id, at.benchFolder);
    const matches = matchApps(expected, found);
    const differences = compareApps(expected, found);
    const points = expected.map((app): VerifiedPoint => {
      const point = { id: 'app', subject: app.name, expected: app.commit } as const;
      const difference = differences.find((each) => 'planned' in each && each.planned === app);
      if (difference === undefined) return { ...point, status: 'same', found: app.commit };
      if (difference.kind === 'unrecorded') {
        return { ...point, status: 'unknown', why: 'bench recorded no commit for it in the image.' };
      }
      const commit = matches.get(app)?.commit;
      return { ...point, status: 'differs', ...omitUndefined({ found: commit }) };
    });
    return { points, folders: new Map([...matches].map(([app, { name }]) => [app.name, name])) };
  } catch (error) {
    if (!isDeBuildError(error) || error.exitCode !== EXIT.verify) throw error;
    const points = expected.map(
      ({ name, commit }): VerifiedPoint => ({
        id: 'app',
        subject: name,
        expected: commit,
        status: 'differs',
        why: error.what,
      }),
    );
    return { points, folders: new Map() };
  }
}
