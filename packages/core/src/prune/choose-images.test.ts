import { expect, test } from '@jest/globals';
import type { Deployment } from '../deploy/deployment.ts';
import type { LedgerEntry } from '../deploy/ledger.ts';
import { chooseImages, type ImageCandidate, type KeepRules } from './choose-images.ts';

const image = (release: string, more: Partial<ImageCandidate> = {}): ImageCandidate => ({
  ...{ reference: `erp:${release}`, release, isRecorded: true, isRecordedImage: true, hasContainers: false },
  ...more,
});
const images = ['1.5', '1.4', '1.3', '1.2', '1.1', '1.0'].map((release) => image(release));
const entry = (project: string, from: string, to: string, outcome = 'done') =>
  ({ project, from: `erp:${from}`, to: `erp:${to}`, outcome }) as LedgerEntry;

function choose(rules: Partial<KeepRules>, candidates: readonly ImageCandidate[] = images) {
  const kept = chooseImages(candidates, {
    ...{ keep: 1, pinned: [], envVersion: undefined, ledger: [], deployments: [] },
    ...rules,
  });
  return Object.fromEntries([...kept].map(([reference, reason]) => [reference.slice(4), reason]));
}

test.each<[string, Partial<KeepRules>, Readonly<Record<string, string>>]>([
  ['the newest', { keep: 2 }, { '1.5': 'newest', '1.4': 'newest' }],
  ['a pinned one', { pinned: ['1.1'] }, { '1.5': 'newest', '1.1': 'pinned' }],
  ['the version of the env file', { envVersion: '1.2' }, { '1.5': 'newest', '1.2': 'env-file' }],
  [
    'what was deployed last in each project, and what ran before',
    { ledger: [entry('a', '1.0', '1.1'), entry('a', '1.1', '1.2'), entry('b', '1.3', '1.0')] },
    { '1.5': 'newest', '1.2': 'deployed', '1.1': 'ran-before', '1.3': 'ran-before', '1.0': 'deployed' },
  ],
  [
    'not what a failed deployment tried',
    { ledger: [entry('a', '1.0', '1.1', 'failed')] },
    { '1.5': 'newest' },
  ],
  [
    'both of a deployment that did not end',
    {
      deployments: [
        { project: 'a', state: 'failed', from: { reference: 'erp:1.0' }, to: { reference: 'erp:1.1' } },
      ] as unknown as Deployment[],
    },
    { '1.5': 'newest', '1.0': 'deploying', '1.1': 'deploying' },
  ],
])('keeps %s', (_, rules, kept) => {
  expect(choose(rules)).toEqual(kept);
});

test('keeps what a container has, what no manifest names, and what is another image', () => {
  const candidates = [
    image('2.0', { isRecorded: false, isRecordedImage: false }),
    image('1.9', { isRecordedImage: false }),
    image('1.8'),
    image('1.7', { hasContainers: true }),
    image('1.6'),
  ];
  expect(choose({}, candidates)).toEqual({
    ...{ '2.0': 'no-record', '1.9': 'not-the-recorded-image', '1.7': 'has-containers' },
  });
  expect(choose({ keep: 2 }, candidates)).toMatchObject({ '1.8': 'newest' });
});
