import type { FoundApps } from '../audit/image-apps.ts';
import { type ImageFiles, readImageFiles } from '../audit/image-files.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { openKeptFiles } from './kept-files.ts';
import type { Decision } from './plan-release.ts';
import type { Tools } from './tools.ts';

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
    const { files } = await readImageFiles(image.id, {
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
