import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { findEndpoint } from './find-endpoint.ts';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'de-build-home-'));
});

afterEach(() => rm(home, { recursive: true, force: true }));

/** Writes a context as `docker context create` does. */
async function createContext(
  name: string,
  docker: object,
  certificates?: Record<string, string>,
): Promise<void> {
  const digest = createHash('sha256').update(name).digest('hex');
  const meta = join(home, '.docker/contexts/meta', digest);
  await mkdir(meta, { recursive: true });
  await writeFile(
    join(meta, 'meta.json'),
    JSON.stringify({ Name: name, Metadata: {}, Endpoints: { docker } }),
  );
  if (certificates === undefined) return;
  const tls = join(home, '.docker/contexts/tls', digest, 'docker');
  await mkdir(tls, { recursive: true });
  for (const [file, text] of Object.entries(certificates)) await writeFile(join(tls, file), text);
}

async function writeSettings(text: string): Promise<void> {
  await mkdir(join(home, '.docker'), { recursive: true });
  await writeFile(join(home, '.docker/config.json'), text);
}

const find = (environment: Record<string, string> = {}, host?: string) =>
  findEndpoint({ environment: { HOME: home, ...environment }, ...(host === undefined ? {} : { host }) });

describe('findEndpoint', () => {
  test('takes the usual socket by default', async () => {
    expect(await find()).toMatchObject({ url: 'unix:///var/run/docker.sock' });
  });

  test('uses host, DOCKER_HOST, DOCKER_CONTEXT and the current context, in this order', async () => {
    await createContext('chosen', { Host: 'unix:///chosen.sock' });
    await createContext('current', { Host: 'unix:///current.sock', SkipTLSVerify: false });
    await writeSettings('{"auths":{},"currentContext":"current"}');
    const context = { DOCKER_CONTEXT: 'chosen' };
    expect(await find()).toMatchObject({ url: 'unix:///current.sock' });
    expect(await find(context)).toMatchObject({ url: 'unix:///chosen.sock' });
    expect(await find({ ...context, DOCKER_HOST: 'unix:///env.sock' })).toMatchObject({
      url: 'unix:///env.sock',
    });
    expect(await find({ ...context, DOCKER_HOST: 'unix:///env.sock' }, 'unix:///host.sock')).toMatchObject({
      url: 'unix:///host.sock',
    });
    expect(await find({ DOCKER_CONTEXT: 'default' })).toMatchObject({ url: 'unix:///var/run/docker.sock' });
  });

  test("reads a context's certificates", async () => {
    await createContext('far', { Host: 'tcp://far:2376', SkipTLSVerify: true }, { 'ca.pem': 'CA' });
    expect(await find({ DOCKER_CONTEXT: 'far' })).toMatchObject({ tls: { ca: 'CA', verify: false } });
  });

  test('reads the certificates of DOCKER_CERT_PATH when TLS is enabled', async () => {
    await writeFile(join(home, 'cert.pem'), 'CERT');
    const environment = { DOCKER_HOST: 'tcp://far:2376', DOCKER_CERT_PATH: home };
    expect(await find(environment)).toMatchObject({ tls: undefined });
    expect(await find({ ...environment, DOCKER_TLS_VERIFY: '1' })).toMatchObject({
      tls: { cert: 'CERT', verify: true },
    });
  });

  test('follows DOCKER_CONFIG', async () => {
    await createContext('here', { Host: 'unix:///here.sock' });
    const environment = { HOME: '/nowhere', DOCKER_CONFIG: join(home, '.docker'), DOCKER_CONTEXT: 'here' };
    expect(await find(environment)).toMatchObject({ url: 'unix:///here.sock' });
  });

  test.each<[string, Record<string, string>, string]>([
    ['a path for DOCKER_HOST', { DOCKER_HOST: '/var/run/docker.sock' }, 'engine-host-invalid'],
    ['a named pipe', { DOCKER_HOST: 'npipe:////./pipe/docker_engine' }, 'engine-host-invalid'],
    ['a context that does not exist', { DOCKER_CONTEXT: 'gone' }, 'engine-context-missing'],
  ])('refuses %s', async (_, environment, code) => {
    await expect(find(environment)).rejects.toMatchObject({ code, exitCode: 5 });
  });

  test('proposes the right spelling of a path', async () => {
    await expect(find({ DOCKER_HOST: '/x.sock' })).rejects.toMatchObject({
      fix: 'Write it as unix:///x.sock.',
    });
  });

  test("refuses settings that are no JSON, and context files that are not Docker's", async () => {
    await writeSettings('{');
    await expect(find()).rejects.toMatchObject({ code: 'engine-settings-unreadable' });
    await createContext('odd', []);
    await writeFile(
      join(home, '.docker/contexts/meta', createHash('sha256').update('odd').digest('hex'), 'meta.json'),
      '[]',
    );
    await expect(find({ DOCKER_CONTEXT: 'odd' })).rejects.toMatchObject({
      code: 'engine-settings-unreadable',
    });
  });
});
