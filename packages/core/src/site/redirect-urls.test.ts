import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { redirectUrls } from './redirect-urls.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'de-build-redirect-'));
  const spellings = [
    ['https://github.com/acme/erp', 'file:///s/erp.git'],
    ['https://user:pass@GitHub.com/acme/erp.git', 'file:///s/erp.git'],
    ['git@github.com:acme/erp.git', 'file:///s/erp.git'],
    ['https://github.com/acme/erp_custom.git', 'file:///s/erp_custom.git'],
    ['https://git.example:8443/a/b"c\\d', 'file:///s/b.git'],
  ] as const;
  const lines = redirectUrls(spellings.map(([spelling, to]) => ({ spelling, to })));
  const base = '[url "https://token@github.com/"]\n\tinsteadOf = https://github.com/\n';
  writeFileSync(join(folder, 'config'), `${lines.join('\n')}\n${base}`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The URL that git makes of one. */
function read(url: string): string {
  return execFileSync('git', ['ls-remote', '--get-url', url], {
    cwd: folder,
    env: { PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: join(folder, 'config') },
    encoding: 'utf8',
  }).trim();
}

test.each([
  ['https://github.com/acme/erp', 'file:///s/erp.git'],
  ['https://github.com/acme/erp.git', 'file:///s/erp.git'],
  ['https://github.com/acme/erp/', 'file:///s/erp.git'],
  ['https://github.com/acme/erp.git/', 'file:///s/erp.git'],
  ['https://user:pass@GitHub.com/acme/erp', 'file:///s/erp.git'],
  ['git@github.com:acme/erp', 'file:///s/erp.git'],
  ['git@github.com:acme/erp.git', 'file:///s/erp.git'],
  ['https://github.com/acme/erp_custom', 'file:///s/erp_custom.git'],
  ['https://git.example:8443/a/b"c\\d.git', 'file:///s/b.git'],
])('%s comes from %s', (url, to) => {
  expect(read(url)).toBe(to);
});

test.each([
  ...[...'_-.~:@%!$&()*+,;=0aZ'].map((next) => `https://github.com/acme/erp${next}`),
  ...[...'_-.~0aZ'].map((next) => `https://github.com/acme/erp${next}.git`),
  'https://github.com/acme/erp_custom2',
  'https://github.com/acme/erp_customs.git',
  'https://github.com/acme/erp.github',
  'https://github.com/acme/erp.gi',
  'https://github.com/acme/erp.git.git',
  'https://github.com/acme/erp/sub',
  'https://github.com/acme/erp.git/sub',
  'https://user:pass@GitHub.com/acme/er',
  'https://other@GitHub.com/acme/erp',
  'git@github.com:acme/erpnext.git',
])('%s stays as it is', (url) => {
  expect(read(url)).toBe(url);
});

test('what no listed URL begins has the settings of the image', () => {
  expect(read('https://github.com/acme/other')).toBe('https://token@github.com/acme/other');
});
