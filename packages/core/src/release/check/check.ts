import type { Finding } from '../../errors/finding.ts';
import type { CheckEvent, CheckResult } from '../../flow/release-event.ts';

/** What the body of a check gives: a value for later steps, and what it found. */
export interface CheckOutcome<Value> {
  readonly value?: Value;
  readonly findings: readonly Finding[];
  /** One line of what was seen: `12 apps, 12 reachable`. */
  readonly summary?: string;
  /** Why the check could not be made, when it could not. */
  readonly skipped?: string;
}

export interface CheckId {
  readonly id: string;
  readonly title: string;
}

export interface CheckRun {
  readonly skip: ReadonlySet<string>;
  /** Findings that `--force` turns into warnings. */
  readonly isForgiven: (finding: Finding) => boolean;
  readonly emit: (event: CheckEvent) => void;
  readonly results: CheckResult[];
}

/** Runs one check, times it, reports it, and hands its value on. */
export async function runCheck<Value>(
  run: CheckRun,
  check: CheckId,
  body: () => Promise<CheckOutcome<Value>> | CheckOutcome<Value>,
): Promise<Value | undefined> {
  const started = performance.now();
  const isSkipped = run.skip.has(check.id);
  const outcome: CheckOutcome<Value> = isSkipped
    ? { findings: [], skipped: 'skipped on request' }
    : await body();
  const findings = outcome.findings.map((finding) => forgive(finding, run.isForgiven));
  const summary = outcome.skipped ?? outcome.summary;
  const result: CheckResult = {
    id: check.id,
    title: check.title,
    status: outcome.skipped !== undefined && findings.length === 0 ? 'skipped' : statusOf(findings),
    durationMs: Math.round((performance.now() - started) * 10) / 10,
    findings,
    ...(summary === undefined ? {} : { summary }),
  };
  run.results.push(result);
  run.emit({ type: 'check', ...result });
  return outcome.value;
}

function statusOf(findings: readonly Finding[]): CheckResult['status'] {
  if (findings.some((finding) => finding.severity === 'error')) return 'failed';
  return findings.some((finding) => finding.severity === 'warning') ? 'warned' : 'passed';
}

function forgive(finding: Finding, isForgiven: CheckRun['isForgiven']): Finding {
  return finding.severity === 'error' && isForgiven(finding) ? { ...finding, severity: 'warning' } : finding;
}
