import type { FileDifferences } from '../audit/compare-trees.ts';
import type { RebuildVerdict } from './rebuild-report.ts';

/** What is known about the rebuilt image and the recorded one. */
export type RebuildEvidence =
  /** The recorded image itself, by its id or its layers and labels. */
  | { readonly kind: 'id' }
  /** Both images were read, file by file. `settings` differ in environment or platform. */
  | {
      readonly kind: 'image';
      readonly fileCount: number;
      readonly files: FileDifferences;
      readonly settings: readonly string[];
    }
  /** Digests of the record, compared with those of the rebuilt image; `undefined` where the record has none. */
  | { readonly kind: 'record'; readonly tree: boolean | undefined; readonly timeless: boolean | undefined };

/** Returns the verdict, and what is proven. */
export function judgeRebuild(evidence: RebuildEvidence): {
  readonly verdict: RebuildVerdict;
  readonly proof: string;
} {
  switch (evidence.kind) {
    case 'id':
      return {
        verdict: 'identical',
        proof: 'It is the recorded image: the same id, or the same layers and labels.',
      };
    case 'image':
      return judgeImages(evidence);
    case 'record':
      return judgeDigests(evidence);
  }
}

function judgeImages({
  fileCount,
  files,
  settings,
}: Extract<RebuildEvidence, { kind: 'image' }>): ReturnType<typeof judgeRebuild> {
  const { added, removed, changed, timesOnly } = files;
  const differing = added.length + removed.length + changed.length;
  if (differing > 0 || settings.length > 0) {
    const counts = [
      ...counted(added.length, 'added'),
      ...counted(removed.length, 'removed'),
      ...counted(changed.length, 'changed'),
    ];
    const inFiles =
      counts.length === 0 ? [] : [`Compared file by file with the recorded image: ${counts.join(', ')}.`];
    const inSettings =
      settings.length === 0
        ? []
        : [`Its ${settings.join(' and ')} ${settings.length === 1 ? 'differs' : 'differ'}.`];
    return { verdict: 'different', proof: [...inFiles, ...inSettings].join(' ') };
  }
  const times =
    timesOnly.length === 0
      ? ''
      : ` ${timesOnly.length} of them ${timesOnly.length === 1 ? 'differs' : 'differ'} only in times within the file (logs, caches, compiled Python).`;
  return {
    verdict: 'equivalent',
    proof: `All ${fileCount} files are those of the recorded image, compared one by one: names, modes, owners and contents.${times}`,
  };
}

function judgeDigests({
  tree,
  timeless,
}: Extract<RebuildEvidence, { kind: 'record' }>): ReturnType<typeof judgeRebuild> {
  if (tree === true) {
    return {
      verdict: 'equivalent',
      proof: 'The digest over all its files (names, modes, owners, contents) is the recorded one.',
    };
  }
  if (timeless === true) {
    return {
      verdict: 'equivalent',
      proof:
        'The digest over all its files (names, modes, owners, contents) is the recorded one, without the times within logs, caches and compiled Python.',
    };
  }
  if (tree === undefined && timeless === undefined) {
    return {
      verdict: 'unproven',
      proof:
        'The recorded image is not on this engine, and the record has no digest of its files to compare with.',
    };
  }
  if (timeless === undefined) {
    return {
      verdict: 'unproven',
      proof:
        'The digest over all its files is not the recorded one, and the record is too old to distinguish times in logs and caches from the rest.',
    };
  }
  return {
    verdict: 'different',
    proof:
      'The digest over all its files is not the recorded one. Which files differ is only known where the recorded image is available.',
  };
}

function counted(count: number, what: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${what}`];
}
