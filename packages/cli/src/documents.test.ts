import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { COMMANDS } from './commands/all.ts';
import { fakeIo } from './fake-io.fixture.ts';
import { run } from './main.ts';
import { schemaOf } from './schema-of.fixture.ts';

const REPOSITORY = join(import.meta.dirname, '../../..');

let site: string;
beforeAll(async () => {
  site = await mkdtemp(join(tmpdir(), 'de-build-documents-'));
  await writeFile(join(site, '.env'), 'DE_SITE_VERSION=1.0.0\n');
  await cp(join(REPOSITORY, 'build-manifests/sample'), join(site, 'build-manifests'), { recursive: true });
});
afterAll(() => rm(site, { recursive: true, force: true }));

async function call(line: string) {
  const io = fakeIo({ folder: site });
  const exitCode = await run([...line.split(' '), '--host', `unix://${site}/none.sock`], io);
  return { exitCode, stdout: io.written.stdout };
}

test('the published schemas are up to date', async () => {
  const script = join(REPOSITORY, 'scripts/write-cli-schemas.mjs');
  await promisify(execFile)(process.execPath, [script, '--check']);
}, 180_000);

test('every command has one', async () => {
  for (const { name } of COMMANDS.filter((command) => 'run' in command && command.passesTerminal !== true))
    await schemaOf(name);
});

test.each([
  ['check', 'check --json', 3],
  ['check', 'check --format json', 3],
  ['bump', 'bump minor --dry-run --json', 0],
  ['list', 'list --json', 0],
  ['show', 'show --json', 0],
  ['error', 'apps --json', 3],
  ['error', 'build --json', 3],
  ['error', 'show 9.9.9 --json', 9],
  ['error', 'verify --json', 5],
  ['error', 'list --limit 0 --json', 2],
  ['error', 'list --limt 1 --json', 2],
  ['error', 'check --skip nothing --json', 2],
])('%s.schema.json describes what `%s` prints', async (name, line, exitCode) => {
  const validate = await schemaOf(name);
  const printed = await call(line);
  validate(JSON.parse(printed.stdout));
  expect({ errors: validate.errors, exitCode: printed.exitCode }).toEqual({ errors: null, exitCode });
});

test('doctor.schema.json describes what `doctor --json` prints', async () => {
  const validate = await schemaOf('doctor');
  const { stdout, exitCode } = await call('doctor --json');
  const document = JSON.parse(stdout);
  validate(document);
  // A run of another test that was killed may have left a folder of git's on this machine.
  expect({ errors: validate.errors, exitCode }).toEqual({
    errors: null,
    exitCode: document.remaining === 0 ? 0 : 14,
  });
});

test.each(['check', 'show', 'list', 'build', 'bump nonsense'])(
  'event.schema.json describes every line of `%s --progress json`',
  async (line) => {
    const validate = await schemaOf('event');
    const { stdout } = await call(`${line} --progress json`);
    for (const each of stdout.trimEnd().split('\n')) {
      validate(JSON.parse(each));
      expect({ each, errors: validate.errors }).toEqual({ each, errors: null });
    }
  },
);
