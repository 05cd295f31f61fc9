import type { Images } from '../engine/engine.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { EXIT } from '../errors/exit-codes.ts';
import { compareApps, type ExpectedApp, matchApps } from '../frappe/compare-apps.ts';
import { readImageApps } from '../frappe/image-apps.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { VerifiedPoint } from './verified-point.ts';

export interface ComparedCommits {
  readonly points: readonly VerifiedPoint[];
  /** What bench calls each app in the image: its name of the record → its folder. */
  readonly folders: ReadonlyMap<string, string>;
}

/** The commits that bench recorded in the image, against those of the record. */
export async function compareCommits(
  { frappe, apps }: Manifest,
  at: { readonly images: Images; readonly imageId: string; readonly benchFolder: string },
): Promise<ComparedCommits> {
  const expected: readonly ExpectedApp[] = (frappe === null ? apps : [frappe, ...apps]).map(
    ({ name, ref, commit, tagObject }) => ({
      name,
      ref,
      commit,
      ...(tagObject === undefined ? {} : { tagObject }),
    }),
  );
  try {
    const found = await readImageApps(at.images, at.imageId, at.benchFolder);
    const matches = matchApps(expected, found);
    const differences = compareApps(expected, found);
    const points = expected.map((app): VerifiedPoint => {
      const point = { id: 'app', subject: app.name, expected: app.commit } as const;
      const difference = differences.find((each) => 'planned' in each && each.planned === app);
      if (difference === undefined) return { ...point, status: 'same', found: app.commit };
      if (difference.kind === 'unrecorded') {
        return { ...point, status: 'unknown', why: 'bench recorded no commit of it in the image.' };
      }
      const commit = matches.get(app)?.commit;
      return { ...point, status: 'differs', ...(commit === undefined ? {} : { found: commit }) };
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
