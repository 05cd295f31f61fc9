import type { Deployment } from '../deploy/deployment.ts';
import type { LedgerEntry } from '../deploy/ledger.ts';

/** Why an image stays: a container has it; a project ran it last, or before that; … */
export type KeepReason =
  | 'has-containers'
  | 'deployed'
  | 'ran-before'
  | 'deploying'
  | 'env-file'
  | 'pinned'
  | 'newest'
  | 'no-record'
  | 'not-the-recorded-image';

export interface ImageCandidate {
  readonly reference: string;
  /** Its tag. */
  readonly release: string;
  /** Whether a manifest names it: only then `restore` or `rebuild` brings it back. */
  readonly isRecorded: boolean;
  /** Whether it is the image of that manifest. */
  readonly isRecordedImage: boolean;
  readonly hasContainers: boolean;
}

export interface KeepRules {
  /** How many of the newest releases stay, whatever else stays. */
  readonly keep: number;
  readonly pinned: readonly string[];
  readonly envVersion: string | undefined;
  readonly ledger: readonly LedgerEntry[];
  /** The newest first. */
  readonly deployments: readonly Deployment[];
}

/** @param candidates the newest version first @returns a reason for each that stays, by its reference */
export function chooseImages(
  candidates: readonly ImageCandidate[],
  { keep, pinned, envVersion, ledger, deployments }: KeepRules,
): ReadonlyMap<string, KeepReason> {
  const last = new Map(
    ledger.filter(({ outcome }) => outcome === 'done').map((entry) => [entry.project, entry] as const),
  );
  const deployed = new Set([...last.values()].map(({ to }) => to));
  const before = new Set([...last.values()].map(({ from }) => from));
  for (const project of new Set(deployments.map((one) => one.project))) {
    const serving = deployments.find(
      (one) => one.project === project && one.state !== 'undone' && one.state !== 'rolled-back',
    );
    if (serving !== undefined) before.add(serving.from.reference);
  }
  const deploying = new Set(
    deployments
      .filter(({ state }) => state === 'running' || state === 'failed')
      .flatMap(({ from, to }) => [from.reference, to.reference]),
  );
  const newest = new Set(
    candidates
      .filter(({ isRecorded }) => isRecorded)
      .slice(0, keep)
      .map(({ reference }) => reference),
  );
  const rules: readonly (readonly [KeepReason, (one: ImageCandidate) => boolean])[] = [
    ['no-record', ({ isRecorded }) => !isRecorded],
    ['not-the-recorded-image', ({ isRecordedImage }) => !isRecordedImage],
    ['has-containers', ({ hasContainers }) => hasContainers],
    ['deployed', ({ reference }) => deployed.has(reference)],
    ['deploying', ({ reference }) => deploying.has(reference)],
    ['ran-before', ({ reference }) => before.has(reference)],
    ['env-file', ({ release }) => release === envVersion],
    ['pinned', ({ release }) => pinned.includes(release)],
    ['newest', ({ reference }) => newest.has(reference)],
  ];
  return new Map(
    candidates.flatMap((one) => {
      const reason = rules.find(([, holds]) => holds(one))?.[0];
      return reason === undefined ? [] : [[one.reference, reason] as const];
    }),
  );
}
