import type { TaggedImage } from '../../engine/engine.ts';
import { imageTagTaken } from '../../errors/check-findings.ts';
import type { Finding } from '../../errors/finding.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import type { Site } from '../../site/site.ts';
import { checkSiteVersion } from '../../version/check-site-version.ts';
import { isVersionTag } from '../../version/version-tag.ts';
import type { CheckOutcome } from './check.ts';

interface Known {
  readonly version: string | undefined;
  readonly manifests: readonly Manifest[];
  readonly tagged: readonly TaggedImage[];
}

export function readVersion(site: Site): string | undefined {
  const value = site.env?.entries.get(site.config.versionKey)?.value;
  return value === '' ? undefined : value;
}

/** The version must be valid, and greater than every one that was recorded or tagged before. */
export function checkVersion(
  site: Site,
  known: Known & { readonly problems: readonly Finding[] },
): CheckOutcome<never> {
  if (known.version === undefined) {
    return { findings: known.problems, skipped: `${site.config.env} gives no ${site.config.versionKey}` };
  }
  const findings = checkSiteVersion({
    version: known.version,
    recorded: known.manifests.map((manifest) => manifest.siteVersion),
    tagged: known.tagged.map((image) => image.tag).filter(isVersionTag),
    image: site.config.image,
    ...placeOfVersion(site),
  });
  return { findings: [...findings, ...known.problems], summary: known.version };
}

/** The tag that the release will give must be free. */
export function checkImageTag(
  site: Site,
  known: Known & { readonly isEngineKnown: boolean },
): CheckOutcome<never> {
  const { version } = known;
  if (version === undefined) return { findings: [], skipped: 'there is no version to look for' };
  if (!known.isEngineKnown) return { findings: [], skipped: 'the engine could not be asked' };
  const holder = known.tagged.find((image) => image.tag === version);
  const reference = `${site.config.image}:${version}`;
  return holder === undefined
    ? { findings: [], summary: `${reference} is free` }
    : { findings: [imageTagTaken(reference, holder)], summary: reference };
}

/** What `--force` lets through: it says that this version is to be released again. */
export function isForgivable(finding: Finding): boolean {
  return ['site-version-taken', 'site-version-lower', 'image-tag-taken'].includes(finding.id);
}

function placeOfVersion(site: Site) {
  const line = site.env?.entries.get(site.config.versionKey)?.line;
  return { file: site.config.env, key: site.config.versionKey, ...(line === undefined ? {} : { line }) };
}
