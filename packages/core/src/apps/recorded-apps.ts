import { appNotRecorded } from '../errors/check-findings.ts';
import type { Finding } from '../errors/finding.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { omitUndefined } from '../omit-undefined.ts';
import { allApps } from './all-apps.ts';
import type { App, ResolvedApp } from './app.ts';
import type { ResolvedApps } from './resolve-apps.ts';

/** Every app at the commit that a record has for it, for `--frozen`: no host is queried. */
export function takeRecordedCommits(apps: readonly App[], manifest: Manifest): ResolvedApps {
  const recorded = allApps(manifest);
  const resolved: ResolvedApp[] = [];
  const findings: Finding[] = [];
  for (const app of apps) {
    const found = recorded.find(({ name, url }) => name === app.name && url === app.url);
    if (found === undefined) findings.push(appNotRecorded(app.name, manifest.siteVersion, app.place));
    else {
      const { ref, commit, kind, tagObject } = found;
      resolved.push({ ...app, ref, commit, kind, ...omitUndefined({ tagObject }) });
    }
  }
  return { resolved, findings };
}
