import { appsEmpty, appsMissing } from '../errors/app-findings.ts';
import { containerfileDialect } from '../errors/apps-input-findings.ts';
import type { Finding } from '../errors/finding.ts';
import type { AppsReading } from './apps-json.ts';
import { findAppsInputs, findBenchLine } from './find-apps-inputs.ts';
import { findRepositories } from './find-repositories.ts';
import type { ParsedContainerfile } from './parse-containerfile.ts';
import { defaultSiteConfig, type SiteConfig } from './site-config.ts';

/**
 * What is wrong between apps.json and the Containerfile. A site may be without apps: then its Containerfile needs to take
 * none, and where it takes none there need not be an apps.json.
 */
export function judgeApps(
  apps: AppsReading,
  { config, parsed }: { readonly config: SiteConfig; readonly parsed: ParsedContainerfile | undefined },
): readonly Finding[] {
  const file = config.apps;
  const missing = apps.state === 'missing' ? [appsMissing(file)] : [];
  const empty = apps.state === 'empty' ? [appsEmpty(file)] : [];
  const own = [...missing, ...empty, ...apps.findings];
  if (parsed === undefined || parsed.containerfile.stages.length === 0) return own;

  const { path, dialect, text } = parsed.containerfile;
  const inputs = findAppsInputs(text, config);
  if (dialect !== 'none') {
    const neverSent = inputs.filter(
      (input) => (input.kind === 'copied' || input.kind === 'bound') && isSame(input.written, file),
    );
    return [...own, ...neverSent.map((input) => containerfileDialect(path, input))];
  }
  if (inputs.length > 0) return [...own, ...inputs.map((input) => containerfileDialect(path, input))];
  const count = apps.entries.length;
  if (count > 0) {
    const clones = findRepositories({ text }, {}).filter(({ by }) => by !== 'checkout');
    const line = findBenchLine(text);
    return [...own, containerfileDialect(path, { kind: 'none', apps: file, count, line, clones })];
  }
  const isOptional = apps.state === 'empty' || file === defaultSiteConfig().apps;
  return isOptional ? apps.findings : own;
}

function isSame(written: string, file: string): boolean {
  return written.replace(/^(?:\.?\/)+/, '') === file.split('/').at(-1);
}
