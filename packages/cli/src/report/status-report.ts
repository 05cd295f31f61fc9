import type { SiteStatus } from '@de-build/core';
import { formatAge } from '../terminal/quantities.ts';
import { type Inline, MARKS, note, type Part, quiet, type Report, strong, table } from './model.ts';

const DRIFT = {
  image: 'another image than the files name',
  config: 'another configuration than in the files',
  service: 'not in the files',
} as const;

/** What runs, and how it differs from the Compose files. */
export function statusReport(status: SiteStatus, now: Date): Report {
  const rows = status.containers.map((one): readonly Inline[] => [
    stateMark(one),
    strong(one.service),
    one.image,
    stateText(one),
    one.since === undefined ? '' : quiet(formatAge(new Date(one.since), now)),
    one.drift.length === 0
      ? ''
      : {
          text:
            one.wanted === undefined
              ? one.drift.map((kind) => DRIFT[kind]).join(', ')
              : `should be ${shortly(one.wanted, one.image)}`,
          tone: 'warning',
        },
  ]);
  const parts: Part[] = [
    table(['', 'service', 'image', 'state', 'since', { heading: '', wraps: true }], rows),
    ...status.missing.map((service) =>
      note(`${service} is in the Compose files, and has no container.`, MARKS.warning),
    ),
    ...(status.problem === undefined ? [] : [{ kind: 'findings', findings: [status.problem] } as const]),
    ...lastDeployment(status, now),
  ];
  return { title: status.project, parts };
}

/** Only the tag, where the rest is the same. */
function shortly(wanted: string, image: string): string {
  const name = image.slice(0, image.lastIndexOf(':') + 1);
  return name !== '' && wanted.startsWith(name) ? wanted.slice(name.length) : wanted;
}

type Container = SiteStatus['containers'][number];

function stateMark({ state, exitCode, health }: Container): Inline {
  if (state === 'exited' && exitCode === 0) return MARKS.skipped;
  if (state !== 'running' || health === 'unhealthy') return MARKS.bad;
  return health === 'starting' ? MARKS.warning : MARKS.good;
}

function stateText({ state, exitCode, health, restarts }: Container): string {
  const restarted = restarts === 0 ? '' : `, restarted ${restarts} times`;
  if (state === 'exited') return `exited (${exitCode})${restarted}`;
  return `${state}${health === undefined ? '' : ` (${health})`}${restarted}`;
}

function lastDeployment({ lastDeployment: last }: SiteStatus, now: Date): readonly Part[] {
  if (last === undefined) return [note(quiet('No deployment from this folder.'))];
  const { from, to, state, startedAt, by } = last;
  const when = formatAge(new Date(startedAt), now);
  const text = `Last deployment: ${from.siteVersion} → ${to.siteVersion}, ${when}, by ${by}: ${state}`;
  return [
    note(
      text,
      state === 'done' ? MARKS.good : state === 'running' || state === 'failed' ? MARKS.bad : MARKS.info,
    ),
  ];
}
