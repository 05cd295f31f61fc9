import semver from 'semver';

/**
 * The newest release among tags that belongs to a branch: of the branch's major (and minor) where its name has one
 * (`version-15`, `v15`, `release/2.1`, `15.x`, `version-15-hotfix`), else of all. Pre-releases do not count.
 */
export function newestReleaseTag(branch: string, tags: Iterable<string>): string | undefined {
  const [, major, minor] =
    /(?:^|[-_/]|[-_/]?v)(\d{1,4})(?:\.(\d{1,4}))?(?:\.x)?(?=$|[-_/])/i.exec(branch) ?? [];
  let newest: { tag: string; version: semver.SemVer } | undefined;
  for (const tag of tags) {
    const version = semver.parse(tag);
    if (version === null || version.prerelease.length > 0) continue;
    if (major !== undefined && version.major !== Number(major)) continue;
    if (minor !== undefined && version.minor !== Number(minor)) continue;
    if (newest === undefined || semver.gt(version, newest.version)) newest = { tag, version };
  }
  return newest?.tag;
}
