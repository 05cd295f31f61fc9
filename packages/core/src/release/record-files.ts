import type { FoundApps } from '../audit/image-apps.ts';
import { digestFolder, readImageTree } from '../audit/image-tree.ts';
import { type ImagePackages, notePackages, packagesOf } from '../audit/packages.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { openKeptFiles } from './kept-files.ts';
import type { Decision } from './plan-release.ts';
import type { Tools } from './tools.ts';

/** What all files of an image say of it. */
export interface ImageFiles {
  /** `sha256:…` over all files. */
  readonly treeDigest: string;
  /** The same of each app's folder, by the name that bench gives the app. */
  readonly apps: ReadonlyMap<string, string>;
  readonly packages: ImagePackages;
}

/**
 * Reads the image's files for the record, in one pass over `docker save`; not again when its layers are those of the last
 * release. They are recorded besides, not instead of, what
 * was verified: when they can't be read the release goes on without them, and says so.
 */
export async function recordFiles(
  { examination, engine }: Decision,
  image: { readonly id: string; readonly found: FoundApps },
  tools: Tools,
): Promise<ImageFiles | undefined> {
  const { config } = examination.site;
  if (!config.recordFiles) return undefined;
  try {
    const details = await engine.images.inspect(image.id);
    const kept = await openKeptFiles(examination.site.folder, [config.benchFolder, details?.layers]);
    if (kept.files !== undefined) return kept.files;
    const files = await readFiles(image.id, {
      saved: await engine.images.save(image.id, tools.signal),
      apps: image.found.keys(),
      benchFolder: config.benchFolder,
    });
    await kept.keep(files);
    return files;
  } catch (error) {
    if (tools.signal.aborted || !isDeBuildError(error)) throw error;
    const text = `The files of the image are not recorded: ${error.what} ${error.why}`;
    tools.emit({ type: 'notice', level: 'warning', text });
    return undefined;
  }
}

async function readFiles(
  imageId: string,
  from: {
    readonly saved: Parameters<typeof readImageTree>[1];
    readonly apps: Iterable<string>;
    readonly benchFolder: string;
  },
): Promise<ImageFiles> {
  const tree = await readImageTree(imageId, from.saved, notePackages);
  const apps = [...from.apps].flatMap((name) => {
    const digest = digestFolder(tree, appFolder(from.benchFolder, name));
    return digest === undefined ? [] : [[name, digest] as const];
  });
  return { treeDigest: tree.digest, apps: new Map(apps), packages: packagesOf(tree) };
}

function appFolder(benchFolder: string, app: string): string {
  return `${benchFolder}/apps/${app}`;
}
