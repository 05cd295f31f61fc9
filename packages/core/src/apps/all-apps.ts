import type { Manifest, ManifestApp } from '../manifests/manifest.ts';
import { omitUndefined } from '../omit-undefined.ts';

/** Frappe, where there is one, and then the apps: of a plan, a record, or a site's sources. */
export function allApps<App>({
  frappe,
  apps,
}: {
  readonly frappe: App | null | undefined;
  readonly apps: readonly App[];
}): readonly App[] {
  return frappe === null || frappe === undefined ? apps : [frappe, ...apps];
}

/** All apps of a record that have a planned commit: those that the Containerfile clones, too. */
export function recordedApps(manifest: Manifest): readonly ManifestApp[] {
  const apps = allApps(manifest);
  const names = new Set(apps.map(({ name }) => name));
  const cloned = (manifest.repositories ?? []).flatMap((repository): ManifestApp[] => {
    const { app: name, kind, url, ref, commit, tagObject, version, treeDigest, timelessDigest } = repository;
    if (name === undefined || kind === 'commit' || names.has(name)) return [];
    names.add(name);
    const digests = omitUndefined({ tagObject, treeDigest, timelessDigest });
    return [{ name, url, ref, kind, commit, version: version ?? null, ...digests }];
  });
  return [...apps, ...cloned];
}
