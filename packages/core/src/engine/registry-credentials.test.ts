import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Redactor } from '../secrets/redactor.ts';
import { Secret } from '../secrets/secret.ts';
import { findRegistryCredentials, registryOf } from './registry-credentials.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'docker-config-'));
});
afterEach(() => rm(folder, { recursive: true }));

function configure(config: unknown) {
  return writeFile(join(folder, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config));
}

async function find(...references: string[]) {
  const environment = { DOCKER_CONFIG: folder, PATH: `${folder}:/usr/bin:/bin` };
  const learned: string[] = [];
  const redactor: Pick<Redactor, 'add'> = {
    add(secret) {
      learned.push(secret instanceof Secret ? secret.reveal() : secret.value);
      return 'added';
    },
  };
  const found = await findRegistryCredentials(references, { environment, redactor });
  expect(learned.sort()).toEqual(
    Object.values(found)
      .map(({ password }) => password.reveal())
      .sort(),
  );
  return Object.entries(found).map(([host, { username, password }]) => [host, username, password.reveal()]);
}

const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') });

test.each([
  ['python:3.11-slim', 'docker.io'],
  ['frappe/erpnext:v15', 'docker.io'],
  ['docker.io/library/python:3', 'docker.io'],
  ['registry.acme.example/erp/base:1', 'registry.acme.example'],
  ['localhost:5000/base', 'localhost:5000'],
  ['localhost/base', 'localhost'],
])('the registry of %s is %s', (reference, host) => {
  expect(registryOf(reference)).toBe(host);
});

test('only what the images need is read, a colon in a password too', async () => {
  await configure({
    auths: { 'https://index.docker.io/v1/': auth('me:pa:ss'), 'other.example': auth('x:y') },
  });
  expect(await find('python:3.11', 'localhost:5000/base')).toEqual([['docker.io', 'me', 'pa:ss']]);
});

test('a helper takes precedence over the file, and gets the server on its standard input', async () => {
  await writeFile(
    join(folder, 'docker-credential-fake'),
    '#!/bin/sh\nread server; echo "{\\"Username\\":\\"from-$1\\",\\"Secret\\":\\"for-$server\\"}"\n',
  );
  await chmod(join(folder, 'docker-credential-fake'), 0o755);
  await configure({ credHelpers: { 'r.example': 'fake' }, auths: { 'r.example': auth('no:no') } });
  expect(await find('r.example/base:1')).toEqual([['r.example', 'from-get', 'for-r.example']]);
});

test.each([
  ['no file', undefined],
  ['a broken file', '{'],
  ['a helper that is missing', { credsStore: 'not-installed' }],
  ['a helper with a path in its name', { credsStore: '../../bin/sh' }],
])('%s counts as no credential', async (_, config) => {
  if (config !== undefined) await configure(config);
  expect(await find('python:3.11')).toEqual([]);
});
