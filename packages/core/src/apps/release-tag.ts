import { parseTag, type SchemeName } from '../version/schemes.ts';
import { compareVersions, type Version } from '../version/version.ts';

/**
 * The newest release among tags that belongs to a branch: of the branch's major (and minor) where its name has one
 * (`version-15`, `v15`, `release/2.1`, `15.x`, `version-15-hotfix`), else of all. Pre-releases do not count.
 */
export function newestReleaseTag(
  branch: string,
  tags: Iterable<string>,
  scheme: SchemeName = 'semver',
): string | undefined {
  const [, major, minor] =
    /(?:^|[-_/]|[-_/]?v)(\d{1,4})(?:\.(\d{1,4}))?(?:\.x)?(?=$|[-_/])/i.exec(branch) ?? [];
  let newest: { tag: string; version: Version } | undefined;
  for (const tag of tags) {
    const version = parseTag(tag, scheme);
    if (version === undefined || version.prerelease.length > 0) continue;
    if (major !== undefined && version.numbers[0] !== Number(major)) continue;
    if (minor !== undefined && version.numbers[1] !== Number(minor)) continue;
    if (newest === undefined || compareVersions(version, newest.version) > 0) newest = { tag, version };
  }
  return newest?.tag;
}
