import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createExampleWorld, type ExampleWorld } from '../engine/example-world.ts';
import { runCli } from '../engine/run-cli.ts';

/** Of a shape that is known before `.env` was read. */
const TOKEN = `ghp_${'Pl4nted'.repeat(6).slice(0, 36)}`;

let world: ExampleWorld;
let folder: string;
beforeAll(async () => {
  world = await createExampleWorld({ token: TOKEN });
  folder = await mkdtemp(join(tmpdir(), 'de-build-unexpected-'));
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

test.each([
  ['an error that nobody caught', `throw new Error('no end of ${TOKEN}', { cause: new Error('${TOKEN}') })`],
  ['a rejection', `Promise.reject(new Error('no end of ${TOKEN}'))`],
  ['a rejection with no error', `Promise.reject({ token: '${TOKEN}' })`],
])('%s, and a warning of Node, are redacted by the real process', async (_, fault) => {
  const site = await world.addSite({ host: 'unix:///nowhere.sock' });
  for (const name of ['example/mini_erp', 'example/mini_hr', 'example/mini_custom', 'frappe/frappe']) {
    world.server.setFault(name, { kind: 'hang' });
  }
  const fails = join(folder, 'fails.cjs');
  await writeFile(
    fails,
    `setTimeout(() => process.emitWarning('too many of ${TOKEN}'), 500);\nsetTimeout(() => { ${fault} }, 1500);\n`,
  );
  const run = await runCli(['check', '--host', 'unix:///nowhere.sock'], {
    folder: site.folder,
    environment: { NODE_OPTIONS: `--require ${fails}` },
  });
  expect(run.stderr).toContain('Warning: too many of [redacted');
  expect(run.stderr).toContain('This is a bug in de-build');
  expect(run.output).not.toContain(TOKEN);
  expect(run.exitCode).toBe(1);
});
