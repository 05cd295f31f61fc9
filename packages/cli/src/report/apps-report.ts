import type { AppsReport, ListedApp, ListedBase } from '@de-build/core';
import { countOf } from '../terminal/quantities.ts';
import {
  commit,
  digest,
  type Inline,
  MARKS,
  type Note,
  note,
  type Report,
  right,
  type Span,
  section,
  table,
} from './model.ts';

/** How a site's apps compare with its last release, one line each; below, what could not be counted and why. */
export function appsReport(report: AppsReport, isOutdatedOnly: boolean): Report {
  const { apps, baseImages } = report;
  const unknown = apps.flatMap(({ name, commits }) =>
    commits?.known === false ? [{ mark: MARKS.unknown, text: `${name}: ${commits.why}` }] : [],
  );
  const headings = ['app', 'ref', report.release ?? 'released', 'now', right('commits'), 'newest tag', ''];
  return {
    parts: [
      table(apps.length === 0 ? [] : headings, apps.map(rowOf)),
      { kind: 'list', items: unknown },
      ...section('Base images', [
        table(
          ['image', report.release ?? 'released', 'now', { heading: '', wraps: true }],
          baseImages.map(baseRowOf),
        ),
      ]),
      ...summary(report, isOutdatedOnly),
    ],
  };
}

/** In words, as a pipe has no colours. */
function stateOf({ state, hasNewerTag }: ListedApp): Inline {
  const newer = { text: 'newer tag', tone: 'good' } as const;
  if (!hasNewerTag) return STATES[state];
  return state === 'same' ? newer : [STATES[state], ', ', newer];
}

const STATES = {
  same: { text: '' },
  moved: { text: 'moved', tone: 'warning' },
  rewritten: { text: 'force-pushed', tone: 'bad' },
  new: { text: 'new', tone: 'warning' },
  removed: { text: 'removed', tone: 'quiet' },
  unknown: { text: 'not known', tone: 'quiet' },
} as const satisfies Record<ListedApp['state'], Span>;

function rowOf(app: ListedApp): readonly Inline[] {
  const { name, ref, released, now, newestTag, hasNewerTag } = app;
  return [
    name,
    ref ?? released?.ref ?? '-',
    released === null ? '-' : commit(released.commit),
    now === null ? '-' : commit(now.commit),
    commitsOf(app),
    newestTag === null ? '-' : hasNewerTag ? { text: newestTag, tone: 'good' } : newestTag,
    stateOf(app),
  ];
}

function baseRowOf({ reference, released, now, from, state, why }: ListedBase): readonly Inline[] {
  const place = from === 'engine' ? ['only on the engine'] : [];
  const reason = why === null ? [] : [why];
  const words = [STATES[state], ...place, ...reason].filter((word) => word !== STATES.same);
  return [
    reference,
    released === null ? '-' : digest(released),
    now === null ? '-' : digest(now),
    words.flatMap((word, index) =>
      index === 0 ? [word] : [index === 1 && why !== null ? ': ' : ', ', word],
    ),
  ];
}

function commitsOf({ commits }: ListedApp): string {
  if (commits === null) return '-';
  if (!commits.known) return '?';
  const { ahead, behind } = commits;
  if (behind === 0) return String(ahead);
  return ahead === 0 ? `-${behind}` : `+${ahead} -${behind}`;
}

function summary(report: AppsReport, isOutdatedOnly: boolean): readonly Note[] {
  const { release, apps, outdated, outdatedBaseImages, baseImages, problems } = report;
  if (release === null) return [note('No release is recorded yet; every app is new.')];
  const notes: Note[] = [];
  if (outdated > 0) {
    const count = isOutdatedOnly ? countOf(outdated, 'app') : `${outdated} of ${apps.length}`;
    const have = outdated === 1 ? 'has' : 'have';
    notes.push(note(`${count} moved or ${have} a newer tag since ${release}.`, MARKS.warning));
  }
  if (outdatedBaseImages > 0) {
    const isPulled = baseImages.some(({ state, from }) => state === 'moved' && from === 'registry');
    const how = isPulled ? ' `de-build --pull` builds with the newer ones of a registry.' : '';
    const are = outdatedBaseImages === 1 ? 'is another' : 'are others';
    notes.push(
      note(`${countOf(outdatedBaseImages, 'base image')} ${are} than in ${release}.${how}`, MARKS.warning),
    );
  }
  if (notes.length > 0) return notes;
  const isKnown = problems.length === 0 && baseImages.every(({ state }) => state !== 'unknown');
  return [isKnown ? note(`Nothing moved since ${release}.`, MARKS.good) : note('Not all of them are known.')];
}
