import type { SiteSources } from '../../apps/site-sources.ts';
import { secretTooShort } from '../../errors/check-findings.ts';
import type { Finding } from '../../errors/finding.ts';
import type { Secret } from '../../secrets/secret.ts';
import type { Site } from '../../site/site.ts';
import { type CheckId, type CheckRun, runCheck } from './check.ts';

/** Reports what reading the site's files found, one check for each file, and one for the token. */
export async function reportSiteFiles(
  run: CheckRun,
  site: Site,
  { sources, tooShort }: { readonly sources: SiteSources; readonly tooShort: readonly Secret[] },
): Promise<void> {
  const { config, env, apps, containerfile } = site;
  const of = (check: FileCheck) => site.findings.filter((finding) => fileCheckOf(finding, site) === check);
  const report = (check: CheckId, findings: readonly Finding[], summary: string | undefined) =>
    runCheck(run, check, () => ({ findings, ...(summary === undefined ? {} : { summary }) }));

  await report({ id: 'config', title: 'de-build.json' }, of('config'), config.image);
  await report(
    { id: 'env', title: `${config.env} against ${config.exampleEnv}` },
    of('env'),
    env === undefined ? undefined : counted(env.entries.size, 'key'),
  );
  await report({ id: 'apps', title: config.apps }, of('apps'), counted(apps.length, 'app'));
  await report(
    { id: 'token', title: 'Tokens and placeholders' },
    [...sources.findings, ...tooShort.map((secret) => shortSecret(secret, site))],
    sources.summary,
  );
  await report(
    { id: 'containerfile', title: config.containerfile },
    [...of('containerfile'), ...sources.buildArgFindings],
    containerfile?.dialect === undefined ? undefined : `takes its apps by ${containerfile.dialect}`,
  );
}

function shortSecret({ name }: Secret, { config, env }: Site): Finding {
  return secretTooShort(name, config.env, env?.entries.get(name)?.line);
}

type FileCheck = 'config' | 'env' | 'apps' | 'containerfile';

function fileCheckOf(finding: Finding, { config }: Site): FileCheck {
  if (finding.file === config.env || finding.file === config.exampleEnv) return 'env';
  if (finding.file === config.apps) return 'apps';
  if (finding.file === config.containerfile) return 'containerfile';
  return 'config';
}

function counted(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}
