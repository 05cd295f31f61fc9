import type { Finding } from '../../errors/finding.ts';
import type { CheckResult } from '../../flow/event.ts';
import type { Tools } from '../../flow/tools.ts';
import { SITE_CONFIG_FILE } from '../../site/read-site-config.ts';
import type { Site } from '../../site/site.ts';
import type { SiteConfig } from '../../site/site-config.ts';
import { type CheckId, titleOfCheck } from './checks.ts';

/** The result of a check: a value for later steps, and its findings. */
export interface CheckOutcome<Value> {
  readonly value?: Value;
  readonly findings: readonly Finding[];
  /** One line about what was seen: `12 apps, 12 reachable`. */
  readonly summary?: string | undefined;
  /** Why the check could not run. */
  readonly skipped?: string;
}

/** Runs one check, times it, reports it, and returns its value. */
export type MakeCheck = <Value>(
  id: CheckId,
  body: () => Promise<CheckOutcome<Value>> | CheckOutcome<Value>,
) => Promise<Value | undefined>;

export interface CheckSettings {
  readonly config: SiteConfig;
  readonly skip: ReadonlySet<CheckId>;
  /** Findings that `--force` turns into warnings. */
  readonly isForgiven: (finding: Finding) => boolean;
}

/** @returns the function that runs a check, and the results so far, in the order in which the checks ended */
export function startChecks(
  { config, skip, isForgiven }: CheckSettings,
  { emit }: Pick<Tools, 'emit'>,
): { readonly check: MakeCheck; readonly results: readonly CheckResult[] } {
  const results: CheckResult[] = [];
  const check: MakeCheck = async (id, body) => {
    const started = performance.now();
    const outcome: Awaited<ReturnType<typeof body>> = skip.has(id)
      ? { findings: [], skipped: 'skipped on request' }
      : await body();
    const findings = outcome.findings.map((finding) =>
      finding.severity === 'error' && isForgiven(finding)
        ? { ...finding, severity: 'warning' as const }
        : accept(finding, config),
    );
    const summary = outcome.skipped ?? outcome.summary;
    const result: CheckResult = {
      id,
      title: titleOfCheck(id, config),
      status: outcome.skipped !== undefined && findings.length === 0 ? 'skipped' : statusOf(findings),
      durationMs: Math.round((performance.now() - started) * 10) / 10,
      findings,
      ...(summary === undefined ? {} : { summary }),
    };
    results.push(result);
    emit({ type: 'check', ...result });
    return outcome.value;
  };
  return { check, results };
}

/** A warning that the site accepts, of any subject or of this one. */
function accept(finding: Finding, { accept: accepted }: SiteConfig): Finding {
  const { id, severity, subject } = finding;
  const key = [`${id}:${subject}`, id].find((known) => Object.hasOwn(accepted, known));
  if (severity !== 'warning' || key === undefined) return finding;
  return { ...finding, severity: 'note', accepted: accepted[key] as string };
}

/** Why a check cannot be made: a setting that it depends on is wrong, and its default would be about something else. */
export function findWrongSetting(
  { unknownSettings }: Pick<Site, 'unknownSettings'>,
  settings: readonly (keyof SiteConfig)[],
): string | undefined {
  const wrong = settings.find((setting) => unknownSettings.has(setting));
  return wrong && `\`${wrong}\` of ${SITE_CONFIG_FILE} is wrong`;
}

function statusOf(findings: readonly Finding[]): CheckResult['status'] {
  if (findings.some((finding) => finding.severity === 'error')) return 'failed';
  return findings.some((finding) => finding.severity === 'warning') ? 'warned' : 'passed';
}
