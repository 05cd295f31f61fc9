import type { Leak } from '../audit/leaks/leak.ts';
import { searchEngine } from '../audit/leaks/search-engine.ts';
import type { Engine, Images } from '../engine/engine.ts';
import { imageToAuditMissing, imageUnnamed } from '../errors/audit-failures.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { inspectSite } from '../flow/change-site.ts';
import { engineWithBuilder } from '../flow/engine-with-builder.ts';
import type { OpenSite } from '../flow/open-site.ts';
import { inStage } from '../flow/stage.ts';
import type { Flow, SiteOptions, Tools } from '../flow/tools.ts';
import { joinSearches, type PlatformSearch } from '../release/verify/per-platform.ts';
import {
  type ImageSearch,
  openSearcher,
  type Searcher,
  searchImage,
} from '../release/verify/search-image.ts';
import { readVersion } from '../site/site.ts';

export interface AuditOptions extends SiteOptions {
  /** A version of the site, or the name or id of any image. Default: the version in the env file. */
  readonly image?: string | undefined;
}

/** What an image was searched for, and what was found. It holds no value of a secret. */
export interface AuditReport extends ImageSearch {
  /** The requested image, by its name on the engine: `desiredeffect/erpnext-custom:1.4.0`. */
  readonly image: string;
  /** `sha256:…` */
  readonly imageId: string;
  /** Whether none of the site's secrets was found in the image; warnings do not count. */
  readonly passed: boolean;
  /** In the engine outside of images: build records and the cache. Only in the first report; all are warnings. */
  readonly outsideImages: readonly Leak[];
  readonly durationMs: number;
}

const AUDIT: Flow = { name: 'audit', stages: ['verify'], unchanged: 'It changes nothing.' };

const NAME_OR_ID =
  /^(?:\[[\da-fA-F:]+\](?::\d+)?\/)?[^\s:]+(?::\d+\/[^\s:]+)?(?::[\w][\w.-]{0,127})?$|^sha256:[0-9a-f]+$/;

/**
 * Searches every byte of an image for the secrets of the site, in all forms. Leaks are in the report, they are not thrown.
 * @throws DeBuildError `image-to-audit-missing`, `image-unnamed`, `image-files-unreadable`, `engine-*`, `release-interrupted`
 */
export function auditImage(options: AuditOptions): Promise<AuditReport> {
  const what = options.image === undefined ? 'audit' : `audit ${options.image}`;
  return inspectSite(options, { flow: AUDIT, what }, async (site, tools) => {
    const engine = await tools.engine();
    const { images } = engine;
    const searcher = await openSearcher(site);
    const reference = await findReference(images, site, options.image);
    const report = await audit(engine, { reference, searcher }, tools);
    return { ...report, outsideImages: await searchOutsideImages(site, searcher, tools) };
  });
}

/** The same for every image of the site on the engine, newest first, each once however many tags it has. */
export function auditImages(options: Omit<AuditOptions, 'image'>): Promise<readonly AuditReport[]> {
  return inspectSite(options, { flow: AUDIT, what: 'audit --all' }, async (site, tools) => {
    const engine = await tools.engine();
    const { images } = engine;
    const searcher = await openSearcher(site);
    const image = imageOf(site);
    if (image === undefined) throw imageUnnamed();
    const tagged = new Map<string, string>();
    for (const { id, tag } of await images.list(image)) {
      if (!tagged.has(id)) tagged.set(id, `${image}:${tag}`);
    }
    const reports: AuditReport[] = [];
    for (const reference of tagged.values())
      reports.push(await audit(engine, { reference, searcher }, tools));
    const [first, ...others] = reports;
    return first === undefined
      ? []
      : [{ ...first, outsideImages: await searchOutsideImages(site, searcher, tools) }, ...others];
  });
}

/** Unreadable build records, or a builder that is gone, are only a warning: the image itself was searched. */
async function searchOutsideImages(
  site: OpenSite,
  { pattern }: Searcher,
  tools: Tools,
): Promise<readonly Leak[]> {
  try {
    const { cache } = await engineWithBuilder(site, undefined, tools);
    return await searchEngine(cache, pattern);
  } catch (error) {
    if (tools.signal.aborted || !isDeBuildError(error)) throw error;
    const text = `The engine's build records and cache were not searched: ${error.what} ${error.why}`;
    tools.emit({ type: 'notice', level: 'warning', text });
    return [];
  }
}

/** A version of the site takes precedence over another image of that name. */
async function findReference(
  images: Pick<Images, 'inspect'>,
  site: OpenSite,
  asked: string | undefined,
): Promise<string> {
  const image = imageOf(site);
  const ours = image && `${image}:${asked ?? readVersion(site) ?? ''}`;
  const candidates = [ours, asked].filter((candidate) => candidate !== undefined);
  for (const candidate of candidates)
    if (NAME_OR_ID.test(candidate) && (await images.inspect(candidate)) !== undefined) return candidate;
  const wanted = asked ?? ours;
  throw wanted === undefined ? imageUnnamed() : imageToAuditMissing(wanted);
}

/** `undefined` when the site names it wrongly: the default is another image. */
function imageOf({ config, unknownSettings }: OpenSite): string | undefined {
  return unknownSettings.has('image') ? undefined : config.image;
}

async function audit(
  engine: Engine,
  { reference, searcher }: { readonly reference: string; readonly searcher: Searcher },
  tools: Tools,
): Promise<AuditReport> {
  const started = performance.now();
  return inStage(tools, { stage: 'verify', title: `Searching ${reference}` }, async () => {
    const searches: PlatformSearch[] = [];
    let imageId = '';
    const platforms = await engine.images.platformsOf(reference);
    for (const platform of platforms) {
      const images = platforms.length === 1 ? engine.images : engine.images.forPlatform(platform);
      const image = await images.inspect(reference);
      if (image === undefined) throw imageToAuditMissing(reference);
      const wanted = { image, searcher, takeNote: undefined };
      const { search } = await searchImage({ ...engine, images }, wanted, tools);
      searches.push({ platform, search });
      imageId = image.id;
    }
    const search = joinSearches(searches);
    if (search === undefined) throw imageToAuditMissing(reference);
    return {
      image: reference,
      imageId,
      passed: search.leaks.every(({ severity }) => severity !== 'error'),
      ...search,
      outsideImages: [],
      durationMs: Math.round(performance.now() - started),
    };
  });
}
