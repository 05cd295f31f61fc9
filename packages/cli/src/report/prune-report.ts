import type { KeepReason, PrunedCache, PrunedImages, PrunedMirror } from '@de-build/core';
import { countOf, formatBytes } from '../terminal/quantities.ts';
import { type Inline, MARKS, note, quiet, type Report, right, strong, table } from './model.ts';

/** What a prune freed, or would free. */
export function pruneReport({ records, dryRun, freedBytes, before, after }: PrunedCache): Report {
  const rows = records.map(({ sizeBytes, type, description }) => [formatBytes(sizeBytes), type, description]);
  const counted = `${formatBytes(freedBytes)} of build cache in ${countOf(records.length, 'record')}`;
  const change = `${formatBytes(before)} → ${formatBytes(after)}`;
  const summary =
    records.length === 0
      ? `Nothing to free; the build cache takes ${formatBytes(before)}.`
      : dryRun
        ? `Would free ${counted} (${change}). Nothing was changed.`
        : `Freed ${counted} (${change}).`;
  return { parts: [table([right('size'), 'type', 'what'], rows, { noun: 'record' }), note(summary)] };
}

/** What was removed from the mirror, or would be. */
export function prunedMirrorReport({ repositories, pins, freedBytes, dryRun }: PrunedMirror): Report {
  const rows = repositories.map(({ name, dropped, kept, freedBytes, isDamaged }) => [
    freedBytes === null ? '?' : formatBytes(freedBytes),
    String(dropped.length),
    String(kept),
    name,
    isDamaged ? ({ text: 'damaged, unchanged; the next release repairs it', tone: 'warning' } as const) : '',
  ]);
  const size = freedBytes === null ? 'an unknown size' : formatBytes(freedBytes);
  const what = `${size} of the mirror, ${countOf(pins, 'commit')} that no manifest names`;
  const summary =
    repositories.length === 0 && freedBytes === 0
      ? 'Nothing to free; every commit in the mirror is named by a manifest.'
      : dryRun
        ? `Would free ${what}. Nothing was changed.`
        : `Freed ${what}.`;
  return {
    parts: [table([right('size'), right('removed'), right('kept'), 'repository', ''], rows), note(summary)],
  };
}

const KEPT: Readonly<Record<KeepReason, string>> = {
  'has-containers': 'a container has it',
  deployed: 'deployed last',
  'ran-before': 'ran before what is deployed',
  deploying: 'of a deployment that did not end',
  'env-file': 'the version in the env file',
  pinned: 'pinned in de-build.json',
  newest: 'one of the newest',
  'no-record': 'no manifest names it',
  'not-the-recorded-image': 'not the image of its manifest',
};

/** Which images were removed, or would be, and why the others stay. */
export function prunedImagesReport({ removed, kept, freedBytes, dryRun }: PrunedImages): Report {
  const rows = [
    ...removed.map(({ reference }): readonly Inline[] => [
      MARKS.removed,
      strong(reference),
      dryRun ? 'would be removed' : 'removed',
    ]),
    ...kept.map(({ reference, reason }): readonly Inline[] => ['', reference, quiet(KEPT[reason])]),
  ];
  const size = freedBytes === undefined || freedBytes === 0 ? '' : `, at least ${formatBytes(freedBytes)}`;
  const counted = `${countOf(removed.length, 'image')}${size}`;
  const summary =
    removed.length === 0
      ? 'Nothing to remove.'
      : dryRun
        ? `Would remove ${counted}. Nothing was changed.`
        : `Removed ${counted}. \`de-build restore VERSION\` brings one back.`;
  return { parts: [table(['', 'image', { heading: '', wraps: true }], rows), note(summary)] };
}
