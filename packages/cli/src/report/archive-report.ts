import type { ArchivedRelease, RestoreAttempt, RestoredRelease, RetaggedImages } from '@de-build/core';
import { countOf, formatBytes } from '../terminal/quantities.ts';
import { digest, facts, type Inline, MARKS, note, type Report, section, strong, table } from './model.ts';

/** What was archived, and where. */
export function archiveReport(archived: ArchivedRelease): Report {
  const { archive, reference, imageId, alreadyArchived, recordedIn, to } = archived;
  if (archive === undefined) {
    return { parts: [note(`Would archive ${reference} to ${to}. Nothing was changed.`)] };
  }
  const place: readonly (readonly [string, Inline])[] =
    archive.kind === 'file'
      ? [
          ['file', archive.path],
          [
            'size',
            `${formatBytes(archive.sizeBytes)}, ${archive.layout === 'oci' ? 'OCI layout' : "Docker's layout"}`,
          ],
          ['sha256', archive.sha256],
        ]
      : [
          ['tag', archive.tag],
          ['digest', archive.reference],
        ];
  const record = recordedIn === undefined ? [] : [['record', recordedIn] as const];
  return {
    title: [MARKS.good, ' ', strong(`${reference} is archived${alreadyArchived ? ' already' : ''}`)],
    parts: [facts([...place, ['image', digest(imageId)], ...record])],
  };
}

const METHODS: Readonly<Record<RestoreAttempt['method'], string>> = {
  local: 'is here already',
  retag: 'had lost its tag, and has it again',
  archive: 'is restored from its archive',
  registry: 'is restored from the registry',
  rebuild: 'is rebuilt',
};

const STATES: Readonly<Record<RestoreAttempt['state'], string>> = {
  used: 'used',
  failed: 'failed',
  available: 'available',
  missing: 'not found',
};

/** How it was restored, and what was tried before. */
export function restoreReport(restored: RestoredRelease): Report {
  const { attempts, reference, method, imageId, isRenamed, keptAside, dryRun, rebuilt } = restored;
  const tried = table(
    ['method', 'state', 'from', { heading: '', wraps: true }],
    attempts.map((one) => [one.method, STATES[one.state], digest(one.from), one.why ?? '']),
  );
  if (dryRun) {
    const how =
      method === 'local' ? 'has its tag already' : 'would be restored by the first of these that verifies';
    const last = method === undefined ? 'None of them is available.' : 'Nothing was changed.';
    return { parts: [note(strong(`${reference} ${how}`)), tried, note(last)] };
  }
  const renamed = 'not the recorded id: this engine names images differently; layers and labels agree';
  return {
    title: [
      MARKS.good,
      ' ',
      strong(`${reference} ${method === undefined ? 'is restored' : METHODS[method]}`),
    ],
    parts: [
      facts([
        ['image', imageId],
        ...(isRenamed ? [['', renamed] as const] : []),
        ...(rebuilt === undefined ? [] : [[rebuilt.verdict, rebuilt.proof] as const]),
        ...(rebuilt?.manifestPath === undefined ? [] : [['record', rebuilt.manifestPath] as const]),
        ...(keptAside === undefined ? [] : [['kept aside', keptAside] as const]),
      ]),
      ...(attempts.length > 1 ? section('Tried', [tried]) : []),
    ],
  };
}

/** Which images got their tags back, and which did not. */
export function retagReport({ images, inOrder, absent, dryRun }: RetaggedImages): Report {
  const states = {
    retagged: { text: 'has its tag again', tone: 'good' },
    'would-retag': 'would get its tag',
    held: { text: 'tag held by another image', tone: 'warning' },
  } as const;
  const rows = images.map(({ reference, imageId, state, heldBy }) => [
    reference,
    digest(imageId),
    heldBy === undefined ? states[state] : [states[state], ' (', digest(heldBy), ')'],
  ]);
  const rest = [
    ...(inOrder.length === 0 ? [] : [`${countOf(inOrder.length, 'release')} in order.`]),
    ...(absent.length === 0
      ? []
      : [`Not on this engine: ${absent.join(', ')}. \`de-build restore\` may restore them.`]),
    ...(dryRun ? ['Nothing was changed.'] : []),
  ];
  return {
    parts: [
      rows.length === 0
        ? note('No image of a recorded release has lost its tag.')
        : table(['tag', 'image', ''], rows),
      ...rest.map((text) => note(text)),
    ],
  };
}
