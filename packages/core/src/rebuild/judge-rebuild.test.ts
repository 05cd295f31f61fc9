import { expect, test } from '@jest/globals';
import { judgeRebuild, type RebuildEvidence } from './judge-rebuild.ts';
import type { RebuildVerdict } from './rebuild-report.ts';

const SAME = { added: [], removed: [], changed: [], timesOnly: [] };
const image = (files: object = {}, settings: readonly string[] = []): RebuildEvidence => ({
  kind: 'image',
  fileCount: 12,
  files: { ...SAME, ...files },
  settings,
});

test.each<[string, RebuildEvidence, RebuildVerdict, string]>([
  ['its id', { kind: 'id' }, 'identical', 'the recorded image'],
  ['every file', image(), 'equivalent', 'All 12 files'],
  ['times in a log', image({ timesOnly: ['/var/log/x'] }), 'equivalent', '1 of them differs only in times'],
  ['a file more', image({ added: ['/x'] }), 'different', '1 added'],
  ['a file less', image({ removed: ['/x', '/y'] }), 'different', '2 removed'],
  ['a mode', image({ changed: [{ path: '/x', in: ['mode'] }] }), 'different', '1 changed'],
  ['an environment variable', image({}, ['environment']), 'different', 'Its environment differs.'],
  ['the digest of all', { kind: 'record', tree: true, timeless: true }, 'equivalent', 'is the recorded one.'],
  [
    'the digest without times',
    { kind: 'record', tree: false, timeless: true },
    'equivalent',
    'without the times',
  ],
  ['other digests', { kind: 'record', tree: false, timeless: false }, 'different', 'is not the recorded one'],
  [
    'an old record, another digest',
    { kind: 'record', tree: false, timeless: undefined },
    'unproven',
    'times in logs',
  ],
  ['no digest', { kind: 'record', tree: undefined, timeless: undefined }, 'unproven', 'no digest'],
])('%s', (_what, evidence, verdict, words) => {
  const judged = judgeRebuild(evidence);
  expect(judged.verdict).toBe(verdict);
  expect(judged.proof).toContain(words);
  expect(judged.proof).toMatch(/\.$/);
});
