import { resolve } from 'node:path';
import { readSources } from '../apps/site-sources.ts';
import type { Leak, UnreadContent } from '../audit/leaks/leak.ts';
import { searchEngine } from '../audit/leaks/search-engine.ts';
import type { BuildCache, Images } from '../engine/engine.ts';
import { imageToAuditMissing } from '../errors/audit-failures.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { inStage } from '../flow/stage.ts';
import type { SiteOptions, Tools } from '../flow/tools.ts';
import { withTools } from '../flow/with-tools.ts';
import { openSearcher, type Searcher, searchImage } from '../release/verify/search-image.ts';
import { readSite } from '../site/read-site.ts';
import type { Site } from '../site/site.ts';

export interface AuditOptions extends Omit<SiteOptions, 'remote' | 'now'> {
  /** A version of the site, or the name or id of any image. Default: the version that the env file names. */
  readonly image?: string | undefined;
}

/** What an image was searched for, and what was found. No value of a secret is in it. */
export interface AuditReport {
  /** What was asked for, as the engine knows it: `desiredeffect/erpnext-custom:1.4.0`. */
  readonly image: string;
  /** `sha256:…` */
  readonly imageId: string;
  /** Whether none of the site's secrets was found in the image; warnings do not count. */
  readonly passed: boolean;
  readonly leaks: readonly Leak[];
  /** How many more there are that are not told one by one. */
  readonly untold: number;
  /** What could not be looked into to its end. */
  readonly unread: readonly UnreadContent[];
  /** How many secrets of the site were searched for. */
  readonly secrets: number;
  /** Layers that were read this time; the others were found clean before. */
  readonly layers: { readonly searched: number; readonly of: number };
  /** In the engine beside the image: build records and the cache. Told with the first report; all are warnings. */
  readonly besides: readonly Leak[];
  readonly durationMs: number;
}

/**
 * Searches every byte of an image for the secrets of the site, in all forms. What is found is in the report, it is not
 * thrown.
 * @throws DeBuildError `image-to-audit-missing`, `image-files-unreadable`, `engine-*`, `release-interrupted`
 */
export function auditImage(options: AuditOptions): Promise<AuditReport> {
  return withTools(options, async (tools) => {
    const { site, searcher } = await prepare(options, tools);
    const { images, cache } = await tools.engine();
    const reference = await findReference(images, site, options.image);
    const report = await audit(images, { reference, searcher }, tools);
    return { ...report, besides: await searchBesides(cache, searcher, tools) };
  });
}

/** The same for every image of the site that the engine has, the newest first, each once however many tags it has. */
export function auditImages(options: Omit<AuditOptions, 'image'>): Promise<readonly AuditReport[]> {
  return withTools(options, async (tools) => {
    const { site, searcher } = await prepare(options, tools);
    const { images, cache } = await tools.engine();
    const tagged = new Map<string, string>();
    for (const { id, tag } of await images.list(site.config.image)) {
      if (!tagged.has(id)) tagged.set(id, `${site.config.image}:${tag}`);
    }
    const reports: AuditReport[] = [];
    for (const reference of tagged.values())
      reports.push(await audit(images, { reference, searcher }, tools));
    const [first, ...others] = reports;
    return first === undefined
      ? []
      : [{ ...first, besides: await searchBesides(cache, searcher, tools) }, ...others];
  });
}

/** What can't be read of it is warned about: the image was searched all the same. */
async function searchBesides(
  cache: BuildCache,
  { pattern }: Searcher,
  tools: Tools,
): Promise<readonly Leak[]> {
  try {
    return tools.redactor.redactValue(await searchEngine(cache, pattern));
  } catch (error) {
    if (tools.signal.aborted || !isDeBuildError(error)) throw error;
    const text = `The engine's build records and cache were not searched: ${error.what} ${error.why}`;
    tools.emit({ type: 'notice', level: 'warning', text });
    return [];
  }
}

async function prepare(
  options: Omit<AuditOptions, 'image'>,
  tools: Tools,
): Promise<{ readonly site: Site; readonly searcher: Searcher }> {
  const site = await readSite(resolve(options.site));
  const { secrets } = readSources(site, {});
  for (const secret of secrets) tools.redactor.add(secret);
  return { site, searcher: await openSearcher(site.folder, secrets) };
}

/** A version of the site goes before an image of another name. */
async function findReference(
  images: Pick<Images, 'inspect'>,
  { config, env }: Site,
  asked: string | undefined,
): Promise<string> {
  const version = asked ?? env?.entries.get(config.versionKey)?.value ?? '';
  const candidates = [`${config.image}:${version}`, ...(asked === undefined ? [] : [asked])];
  for (const candidate of candidates) {
    const isName = /^[^\s:]+(?::\d+\/[^\s:]+)?(?::[\w][\w.-]{0,127})?$|^sha256:[0-9a-f]+$/.test(candidate);
    if (isName && (await images.inspect(candidate)) !== undefined) return candidate;
  }
  throw imageToAuditMissing(asked ?? `${config.image}:${version}`);
}

async function audit(
  images: Images,
  { reference, searcher }: { readonly reference: string; readonly searcher: Searcher },
  tools: Tools,
): Promise<AuditReport> {
  const started = performance.now();
  return inStage(tools, { stage: 'verify', title: `Searching ${reference}` }, async () => {
    const image = await images.inspect(reference);
    if (image === undefined) throw imageToAuditMissing(reference);
    const { search } = await searchImage(images, { image, searcher, takeNote: undefined }, tools);
    if (search === undefined) throw new Error('The image was not searched.');
    const report: AuditReport = {
      image: reference,
      imageId: image.id,
      passed: search.leaks.every(({ severity }) => severity !== 'error'),
      ...search,
      besides: [],
      durationMs: Math.round(performance.now() - started),
    };
    return tools.redactor.redactValue(report);
  });
}
