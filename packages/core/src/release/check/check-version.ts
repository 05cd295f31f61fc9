import type { TaggedImage } from '../../engine/engine.ts';
import { imageTagTaken } from '../../errors/check-findings.ts';
import type { Finding } from '../../errors/finding.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import { readVersion, type Site } from '../../site/site.ts';
import { checkSiteVersion } from '../../version/check-site-version.ts';
import { isVersionTag } from '../../version/version-tag.ts';
import { type CheckOutcome, findWrongSetting } from './check.ts';

interface Known {
  readonly manifests: readonly Manifest[];
  /** Manifests that can't be read. */
  readonly problems: readonly Finding[];
  /** `undefined` when the engine could not be queried. */
  readonly tagged: readonly TaggedImage[] | undefined;
  readonly today: Date;
}

/** The version must be valid, and greater than every one that was recorded or tagged before. */
export function checkVersion(
  site: Site,
  { manifests, problems, tagged = [], today }: Known,
): CheckOutcome<never> {
  const { versionKey: key, versionScheme: scheme, image } = site.config;
  const file = site.env?.path ?? site.config.env;
  const unknown = findWrongSetting(site, ['env', 'versionKey', 'versionScheme']);
  if (unknown !== undefined) return { findings: problems, skipped: unknown };
  const version = readVersion(site);
  if (version === undefined) return { findings: problems, skipped: `${file} gives no ${key}` };
  const findings = checkSiteVersion({
    version,
    scheme,
    recorded: manifests.map((manifest) => manifest.siteVersion),
    tagged: tagged.map(({ tag }) => tag).filter(isVersionTag),
    image,
    today,
    at: { file, ...omitUndefined({ line: site.env?.entries.get(key)?.line }), subject: key },
  });
  return { findings: [...findings, ...problems], summary: version };
}

/** The tag that the release will give must be free. */
export function checkImageTag(site: Site, { tagged }: Pick<Known, 'tagged'>): CheckOutcome<never> {
  const version = readVersion(site);
  const unknown = findWrongSetting(site, ['image', 'env', 'versionKey']);
  if (unknown !== undefined) return { findings: [], skipped: unknown };
  if (version === undefined) return { findings: [], skipped: 'there is no version to look for' };
  if (tagged === undefined) return { findings: [], skipped: 'the engine could not be asked' };
  const holder = tagged.find((image) => image.tag === version);
  const reference = `${site.config.image}:${version}`;
  return holder === undefined
    ? { findings: [], summary: `${reference} is free` }
    : { findings: [imageTagTaken(reference, holder)], summary: reference };
}

/** What `--force` forgives: it says that this version is to be released again. */
export function isForgivable(finding: Finding): boolean {
  return ['site-version-taken', 'site-version-lower', 'image-tag-taken'].includes(finding.id);
}
