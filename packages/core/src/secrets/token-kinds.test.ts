import { expect, test } from '@jest/globals';
import { holdsToken, TOKEN_KINDS } from './token-kinds.ts';

test('every prefix has the four characters that the audit looks for', () => {
  for (const { prefix } of TOKEN_KINDS) expect(prefix.length).toBeGreaterThanOrEqual(4);
});

test.each<[string, boolean]>([
  [`https://ghp_${'aB3'.repeat(12)}@github.com/a/b`, true],
  [`${'aB3d'.repeat(19)}AZDO${'aB3d'}`, true],
  [`xghs_${'aB3.'.repeat(20)}`, true],
  [`ghp_${'x'.repeat(36)}`, false],
  [`ghp_${'0'.repeat(36)}`, false],
  ['glpat-example-0123456789-abcdef', false],
  ['npm_config_cache', false],
  ['glpat-short', false],
  ['pypi-requirements', false],
])('%s: %s', (text, expected) => {
  expect(holdsToken(text)).toBe(expected);
});

test.each([
  ['a table of scripts', 'ATBBAXBBEEBBEPBBEXBBIEBBIPBBITBBIXBBOPBBOTBBOXBBUOBBUP'],
  ['a mangled name', 'ATBBufferEnqueueingThresholdPercent'],
  ['base64 of a program', 'ATBBEHI7ATAMZgsCQCACLwEwIgBBCHFFDQAgAi0AKEEBRw0AIAItAC1BCHFFDQMLIAIgAEH3'],
  ['strings that lie side by side', 'ghs_integrity_apCOMPILE_PDB_NAMECMAKE_SYSTEM_NAMWIN32_EXECUTABLE'],
])('%s, as programs hold it, is no token', (_, text) => {
  expect(holdsToken(text)).toBe(false);
});
