import type { FileDifferences, RebuildOutcome, RebuiltRelease } from '@de-build/core';
import { packageTable } from './diff-report.ts';
import {
  commit,
  digest,
  type Facts,
  facts,
  type Inline,
  MARKS,
  note,
  type Part,
  type Report,
  type Section,
  section,
  strong,
  table,
} from './model.ts';

const VERDICTS = {
  identical: [MARKS.good, ' ', strong('Identical')],
  equivalent: [MARKS.good, ' ', strong('Equivalent')],
  different: [MARKS.bad, ' ', strong('Different')],
  unproven: [MARKS.unknown, ' ', strong('Not proven')],
} as const;

const BASES: Readonly<Record<RebuiltRelease['bases'][number]['from'], string>> = {
  name: 'by its name',
  engine: 'on the engine; its name points to another now',
  registry: 'from its registry, by its digest',
  other: 'not available: what its name points to now',
};

const FILES = {
  same: { text: 'the same files', tone: 'good' },
  times: { text: 'the same files, with other times', tone: 'good' },
  differ: { text: 'other files', tone: 'bad' },
  unknown: { text: 'not recorded', tone: 'warning' },
} as const;

/** What a release was, or would be, rebuilt from, and how it compares. */
export function rebuildReport(rebuilt: RebuiltRelease): Report {
  const { outcome, reference } = rebuilt;
  return outcome === undefined ? plannedReport(rebuilt) : comparedReport(rebuilt, outcome, reference);
}

function plannedReport({ reference, source, plan, bases, toFetch }: RebuiltRelease): Report {
  const folder =
    source.from === 'commit'
      ? `the site's commit ${source.commit?.slice(0, 12)}`
      : "the site's current folder";
  const apps = plan.frappe === undefined ? plan.apps : [plan.frappe, ...plan.apps];
  return {
    title: `Would rebuild ${reference}`,
    parts: [
      facts([
        ['files', `${folder}${source.isExact ? '' : '; not the recorded ones'}`],
        ['Containerfile', plan.containerfile.path],
        ...(plan.platforms.length === 0 ? [] : [['platform', plan.platforms.join(', ')] as const]),
        ['cache', plan.cache.use ? 'used' : 'not used'],
      ]),
      ...rows(
        'Apps',
        apps.map((app) => [
          app.name,
          app.ref,
          commit(app.commit),
          toFetch.includes(app.name) ? `fetched from ${app.url}` : 'in the mirror',
        ]),
      ),
      ...rows(
        'Base images',
        bases.map((base) => [
          base.reference,
          base.digest === null ? 'not recorded' : digest(base.digest),
          BASES[base.from],
        ]),
      ),
      note('Nothing was changed.'),
    ],
  };
}

function comparedReport(rebuilt: RebuiltRelease, outcome: RebuildOutcome, reference: string): Report {
  const { verdict, proof, apps, files, packages } = outcome;
  return {
    title: [...VERDICTS[verdict], strong(`: ${reference}, rebuilt`)],
    parts: [
      note(proof),
      factsOf(outcome, rebuilt),
      ...rows(
        'Apps',
        apps.map((app) => [app.name, commit(app.commit), FILES[app.files]]),
      ),
      ...(files === undefined ? [] : fileSection(files)),
      ...(verdict === 'identical'
        ? []
        : section('Packages', [
            packages.known ? packageTable(packages.changes) : note(packages.why, MARKS.unknown),
          ])),
      ...rows('Inputs that differ', inputRows(outcome, rebuilt)),
    ],
  };
}

function factsOf(
  { imageId, tag, keptAside, manifestPath }: RebuildOutcome,
  { recordedId }: RebuiltRelease,
): Facts {
  const recorded = imageId === recordedId ? [] : [', recorded ', digest(recordedId)];
  return facts([
    ['image', [digest(imageId), ...recorded]],
    ['tag', tag],
    ...(keptAside === undefined ? [] : [['kept aside', keptAside] as const]),
    ...(manifestPath === undefined ? [] : [['record', manifestPath] as const]),
  ]);
}

function fileSection(files: FileDifferences): readonly Section[] {
  const { added, removed, changed, timesOnly } = files;
  return rows(
    'Files',
    [
      ...added.map((path) => [MARKS.added, path, '']),
      ...removed.map((path) => [MARKS.removed, path, '']),
      ...changed.map((one) => [MARKS.changed, one.path, one.in.join(', ')]),
      ...timesOnly.map((path) => [MARKS.info, path, 'times only']),
    ],
    'file',
  );
}

function inputRows({ inputs }: RebuildOutcome, { bases, source }: RebuiltRelease): readonly Inline[][] {
  return [
    ...(source.isExact ? [] : [['Containerfile', 'not the recorded one']]),
    ...bases
      .filter(({ from }) => from === 'other')
      .map(({ reference }) => [reference, 'not the recorded one']),
    ...inputs.map(({ name, from, to }) => [name, [digest(from ?? 'none'), ' → ', digest(to ?? 'none')]]),
  ];
}

function rows(title: string, body: readonly (readonly Inline[])[], noun?: string): readonly Section[] {
  const part: Part = table(
    (body[0] ?? []).map(() => ''),
    body,
    noun === undefined ? undefined : { noun },
  );
  return section(title, [part]);
}
