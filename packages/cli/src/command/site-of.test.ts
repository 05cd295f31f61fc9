import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { COMMANDS } from '../commands/all.ts';
import { fakeIo } from '../fake-io.fixture.ts';
import { run } from '../main.ts';
import { siteOf } from './site-of.ts';

let root: string;
beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'de-build-site-of-')));
  for (const folder of ['erp/images/custom', 'shop/docs', 'bare', 'erp/inner', 'outside']) {
    await mkdir(join(root, folder), { recursive: true });
  }
  for (const file of ['erp/apps.json', 'shop/de-build.json']) await writeFile(join(root, file), '{}');
  for (const folder of ['erp/inner', 'bare']) await writeFile(join(root, folder, '.env'), '');
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('the site of a command', () => {
  test.each<[from: string, named: { option?: string; variable?: string }, site: string]>([
    ['erp', {}, 'erp'],
    ['erp/images/custom', {}, 'erp'],
    ['shop/docs', {}, 'shop'],
    ['bare', {}, 'bare'],
    ['outside', { option: '../shop' }, 'shop'],
    ['outside', { variable: '../erp' }, 'erp'],
    ['erp', { variable: '../shop' }, 'shop'],
    ['erp', { option: '.', variable: '../shop' }, 'erp'],
    ['erp', { variable: '' }, 'erp'],
    ['outside', { option: '../erp/images' }, 'erp'],
    ['outside', { option: '../erp/inner' }, 'erp/inner'],
  ])('from %s with %j is %s', async (from, { option, variable }, site) => {
    const environment = variable === undefined ? {} : { DE_BUILD_SITE: variable };
    const found = await siteOf({ site: option }, { folder: join(root, from), environment });
    expect(found).toBe(join(root, site));
  });
});

describe('outside a site', () => {
  const lines: Readonly<Record<string, string>> = {
    bump: 'bump patch',
    diff: 'diff 1.0.0',
    rebuild: 'rebuild 1.0.0',
    archive: 'archive 1.0.0',
    restore: 'restore 1.0.0',
    prune: 'prune --mirror',
    attach: 'attach backend',
    compose: 'compose ps',
  };
  const commands = COMMANDS.filter(({ name }) => name !== 'completion');

  test.each(commands)('$name says so, and ends with 2', async ({ name, passesTerminal }) => {
    for (const options of passesTerminal === true ? [''] : ['', ' --json']) {
      const io = fakeIo({ folder: join(root, 'outside') });
      const argv = `${lines[name] ?? name}${options}`.split(' ');
      expect(await run(argv, io)).toBe(2);
      expect(io.written.stderr).toContain('not-a-site, exit code 2');
      if (options === '') expect(io.written.stdout).toBe('');
      else
        expect(JSON.parse(io.written.stdout)).toMatchObject({ error: { code: 'not-a-site', exitCode: 2 } });
    }
  });

  test('the build cache is freed all the same', async () => {
    const io = fakeIo({ folder: join(root, 'outside') });
    const exitCode = await run(['prune', '--dry-run', '--host', `unix://${root}/none.sock`], io);
    expect({ exitCode, stderr: io.written.stderr }).toMatchObject({
      exitCode: 5,
      stderr: expect.stringContaining('engine'),
    });
  });
});

test('usage errors are one document with --json, too', async () => {
  for (const line of ['chek --json', 'check --forse --json', 'bump --json', 'check --format xml --json']) {
    const io = fakeIo({ folder: join(root, 'erp') });
    expect(await run(line.split(' '), io)).toBe(2);
    expect(JSON.parse(io.written.stdout)).toMatchObject({ error: { code: 'usage', exitCode: 2 } });
  }
});
