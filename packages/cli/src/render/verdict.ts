import type { DeploymentVerdict } from '@de-build/core';

/** The verdict in words, as a headline and as a sentence. */
export function describeVerdict(verdict: DeploymentVerdict['verdict']): {
  readonly headline: string;
  readonly meaning: string;
} {
  return VERDICTS[verdict];
}

const VERDICTS = {
  'pull-only': {
    headline: 'pull only',
    meaning: 'New containers are enough; there is nothing to migrate.',
  },
  'migrate-needed': {
    headline: 'migrate needed',
    meaning: 'Run `bench migrate` after the new containers are up.',
  },
  'irreversible-without-backup': {
    headline: 'cannot be undone without a backup',
    meaning: 'Back up before it is deployed: the way back to the older release leads through that backup.',
  },
  unknown: {
    headline: 'not known',
    meaning: 'Not everything could be looked at; take it for a migration, and back up before.',
  },
} as const satisfies Record<DeploymentVerdict['verdict'], { headline: string; meaning: string }>;
