import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DE_BUILD } from './run-cli.ts';

let site: string;
beforeAll(() => {
  site = mkdtempSync(join(tmpdir(), 'de-build-hostile-'));
  mkdirSync(join(site, 'images/custom'), { recursive: true });
  writeFileSync(join(site, '.env'), 'DE_SITE_VERSION=1.0.0\n');
  writeFileSync(join(site, 'de-example.env'), 'DE_SITE_VERSION=1.0.0\n');
  writeFileSync(join(site, 'de-build.json'), '{"image": "acme/erp", "minimumFreeDisk": "1MB"}');
  writeFileSync(join(site, 'images/custom/Containerfile'), 'FROM debian:12\n');
});
afterAll(() => rmSync(site, { recursive: true, force: true }));

/** Runs a line of bash in which `de-build` is the command. */
function bash(line: string) {
  const define = `de-build() { "${process.execPath}" "${DE_BUILD}" "$@"; }`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', `${define}\n${line}`], {
    cwd: site,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const CHECK = 'de-build check --skip engine --skip repositories';

test('output that cannot be written is no success', () => {
  expect(bash(CHECK)).toMatchObject({ status: 0, stderr: '' });
  for (const command of [CHECK, 'de-build list', 'de-build --help', 'de-build --version']) {
    expect(bash(`${command} > /dev/full`)).toEqual({
      status: 1,
      stdout: '',
      stderr: 'Standard output could not be written: ENOSPC.\n',
    });
  }
});

test('a reader that leaves ends a command that changes nothing, without a word', () => {
  const { stdout, stderr } = bash(`${CHECK} | head -n 1; echo "$\{PIPESTATUS[0]}"`);
  expect(stderr).toBe('');
  expect(stdout).toMatch(/de-build\.json.*\n(?:0|130)\n$/);
});

test('a folder that was removed is named as such', () => {
  const gone = 'mkdir gone && cd gone && rmdir ../gone';
  expect(bash(`${gone}; de-build check`)).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringMatching(/current folder does not exist any more/),
  });
  const { status, stdout } = bash(`${gone}; de-build check --json`);
  expect([status, JSON.parse(stdout)]).toMatchObject([2, { error: { code: 'folder-gone' } }]);
});

test('a limit of open files is no bug of ours', () => {
  for (const limit of [22, 24, 28]) {
    const { status, stderr } = bash(`ulimit -n ${limit}; ${CHECK}`);
    expect(stderr).not.toContain('did not foresee');
    if (status !== 0) expect(stderr).toMatch(/ulimit -n/);
  }
});
