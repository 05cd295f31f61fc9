import { posix } from 'node:path';
import { z } from 'zod';
import type { Images } from '../engine/engine.ts';
import { imageAppsUnreadable, imageWithoutBench } from '../errors/audit-failures.ts';

/** An app that bench recorded in an image. */
export interface FoundApp {
  readonly name: string;
  /** The commit, or for an annotated tag the tag object; `undefined` where bench recorded none, as for frappe. */
  readonly commit: string | undefined;
  readonly branch: string | undefined;
  readonly version: string | undefined;
  /** Whether it was cloned by git. */
  readonly isRepository: boolean;
}

export type FoundApps = ReadonlyMap<string, FoundApp>;

/**
 * What bench writes (`BenchApps.update_apps_states`): `resolution` is the text "not a repo" for an app that was not
 * cloned, and contains nulls for apps that are older than the file, as frappe is after `bench init`.
 */
const State = z.looseObject({
  is_repo: z.boolean().nullish(),
  resolution: z
    .union([
      z.looseObject({ commit_hash: z.string().nullish(), branch: z.string().nullish() }),
      z.string(),
      z.null(),
    ])
    .optional(),
  version: z.union([z.string(), z.number()]).nullish(),
});

const States = z.record(z.string(), State);

/**
 * The apps that bench recorded in an image, read without starting it.
 * @param benchFolder absolute path in the image: `/home/frappe/frappe-bench`
 * @param isOptional whether the image may be without a bench
 * @throws DeBuildError `image-without-bench`, `image-apps-unreadable`, `engine-*`
 */
export async function readImageApps(
  images: Pick<Images, 'readFile'>,
  imageId: string,
  benchFolder: string,
  isOptional = false,
): Promise<FoundApps> {
  const file = posix.join(benchFolder, 'sites/apps.json');
  const bytes = await images.readFile(imageId, file);
  if (bytes === undefined && isOptional) return new Map();
  if (bytes === undefined) throw imageWithoutBench(imageId, file);
  const states = parseStates(bytes.toString('utf8'), (reason) => imageAppsUnreadable(imageId, file, reason));
  return new Map(Object.entries(states).map(([name, state]) => [name, foundApp(name, state)]));
}

function parseStates(text: string, unreadable: (reason: string) => Error): z.infer<typeof States> {
  // bench itself reads an empty file as no apps.
  if (text.trim() === '') return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\u{feff}/u, ''));
  } catch {
    throw unreadable('It is not JSON.');
  }
  const read = States.safeParse(parsed);
  if (!read.success) throw unreadable(`It is not what bench writes: ${z.prettifyError(read.error)}`);
  return read.data;
}

function foundApp(name: string, state: z.infer<typeof State>): FoundApp {
  const resolution = typeof state.resolution === 'object' ? state.resolution : undefined;
  const commit = resolution?.commit_hash?.trim().toLowerCase();
  return {
    name,
    commit: commit !== undefined && /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(commit) ? commit : undefined,
    branch: resolution?.branch || undefined,
    version: state.version === null || state.version === undefined ? undefined : String(state.version),
    isRepository: state.is_repo ?? resolution?.commit_hash !== undefined,
  };
}
