import { filesOf, type ImageFiles, noteFiles } from '../../audit/image-files.ts';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import type { Tools } from '../../flow/tools.ts';
import type { FoundApps } from '../../frappe/image-apps.ts';
import type { Decision } from '../plan/plan-release.ts';
import { openKeptFiles } from './kept-files.ts';
import { type ImageSearch, openSearcher, searchImage } from './search-image.ts';

/** What reading all of an image told of it. */
export interface ExaminedImage {
  /** `undefined` when they are not recorded. */
  readonly files: ImageFiles | undefined;
  /** `undefined` when the image was not searched for secrets. */
  readonly search: ImageSearch | undefined;
}

/**
 * Searches the image for the site's secrets and reads its files for the record, in one pass over `docker save`: none when
 * its layers are those of the last release. The files are recorded besides what was verified: when they can't be read the
 * release goes on without them, and says so. Without the search it goes on only when a leak would have been a warning.
 */
export async function examineImage(
  decision: Decision,
  image: { readonly id: string; readonly found: FoundApps },
  tools: Tools,
): Promise<ExaminedImage> {
  const { examination, engine, audit: mode } = decision;
  const { folder, config } = examination.site;
  const details = await engine.images.inspect(image.id);
  if (details === undefined) throw new Error(`The engine lost ${image.id} right after it was built.`);
  const kept = config.recordFiles
    ? await openKeptFiles(folder, [config.benchFolder, details.layers])
    : undefined;
  const needsFiles = kept !== undefined && kept.files === undefined;
  const searcher = mode === 'off' ? undefined : await openSearcher(folder, examination.sources.secrets);
  try {
    const request = { image: details, searcher, takeNote: needsFiles ? noteFiles : undefined };
    const { search, tree } = await searchImage(engine.images, request, tools);
    const { benchFolder } = config;
    const read = tree && filesOf(tree, { apps: image.found.keys(), benchFolder });
    const files = read?.files ?? kept?.files;
    if (needsFiles && files !== undefined) await kept.keep(files);
    return { files, search };
  } catch (error) {
    if (tools.signal.aborted || !isDeBuildError(error) || mode === 'fail') throw error;
    const undone = [
      ...(needsFiles ? ['its files are not recorded'] : []),
      ...(mode === 'off' ? [] : ['it was not searched for secrets']),
    ];
    const text = `The image could not be read, so ${undone.join(', and ')}: ${error.what} ${error.why}`;
    tools.emit({ type: 'notice', level: 'warning', text });
    return { files: kept?.files, search: undefined };
  }
}
