import type { Finding } from '../errors/finding.ts';
import { repositoryNotPinned, repositoryNotRecorded } from '../errors/repository-findings.ts';
import type { Manifest, ManifestRepository } from '../manifests/manifest.ts';
import { omitUndefined } from '../omit-undefined.ts';
import type { NeededRepository } from '../site/needed-repositories.ts';
import {
  type ClonedRepositories,
  placeOf,
  type ResolvedRepository,
  repositoryKey,
  unpinnedOf,
} from './repository.ts';
import type { TokenHolder } from './repository-args.ts';
import { credentialFor, partOf, withoutHalfPinned } from './resolve-repositories.ts';

/** What the Containerfile clones, at the commits that a record has for it. */
export function matchRecorded(
  found: readonly NeededRepository[],
  { manifest, holders }: { readonly manifest: Manifest; readonly holders: readonly TokenHolder[] },
): ClonedRepositories & { readonly missing: readonly NeededRepository[] } {
  const pinned = new Map<NeededRepository, ResolvedRepository>();
  for (const each of found) {
    const recorded = manifest.repositories?.find((one) => isSame(each, one));
    if (recorded === undefined) continue;
    const { ref, kind, commit, isDefault = false, tagObject } = recorded;
    pinned.set(each, {
      ...partOf(each),
      ref,
      kind,
      commit,
      isDefault,
      ...omitUndefined({ tagObject }),
      credential: credentialFor(each.url, holders),
    });
  }
  const apart = withoutHalfPinned(found, pinned);
  return {
    pinned: apart.pinned,
    unpinned: apart.unpinned.map(unpinnedOf),
    missing: apart.unpinned.filter((each) => !pinned.has(each)),
  };
}

function isSame({ url, ref }: NeededRepository, recorded: ManifestRepository): boolean {
  if (ref === 'unknown' || repositoryKey(url) !== repositoryKey(recorded.url)) return false;
  return ref === 'default' ? recorded.isDefault === true : recorded.ref === ref.name;
}

/** For `--frozen`: what is in no record is refused, unless that record has it as not pinned. */
export function takeRecordedRepositories(
  found: readonly NeededRepository[],
  from: { readonly manifest: Manifest; readonly holders: readonly TokenHolder[]; readonly file: string },
): ClonedRepositories & { readonly findings: readonly Finding[] } {
  const { manifest, file } = from;
  const { missing, ...taken } = matchRecorded(found, from);
  const findings = missing.map((each) => {
    const named = { url: each.url, place: placeOf(file, each) };
    const { ref } = unpinnedOf(each);
    const isKnown = manifest.unpinnedRepositories?.some((one) => one.url === each.url && one.ref === ref);
    const version = manifest.siteVersion;
    return isKnown === true
      ? repositoryNotPinned(named, { kind: 'never-pinned', version })
      : repositoryNotRecorded(named, version);
  });
  return { ...taken, findings };
}
