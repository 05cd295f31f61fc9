import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connectEngine } from './connect-engine.ts';
import { parseHost } from './endpoint.ts';
import { sshArguments } from './ssh-agent.ts';

const far = createServer((_, response) =>
  response.writeHead(200, { 'api-version': '1.45' }).end('{"ServerVersion":"28.0"}'),
);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'de-build-ssh-'));
  await new Promise<void>((done) => far.listen(0, '127.0.0.1', done));
});

afterAll(async () => {
  await new Promise((done) => far.close(done));
  await rm(folder, { recursive: true, force: true });
});

const connect = (host: string, environment: Record<string, string>) =>
  connectEngine({ environment: { HOME: folder, ...environment }, host });

/** A program named ssh that does this, first in the PATH. */
async function installSsh(script: string): Promise<string> {
  const bin = await mkdtemp(join(folder, 'bin-'));
  await writeFile(join(bin, 'ssh'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return `${bin}:${process.env.PATH}`;
}

test('the output of ssh is shown', async () => {
  const PATH = await installSsh('echo "Host key verification failed." >&2; exit 255');
  await expect(connect('ssh://me@far', { PATH })).rejects.toMatchObject({
    code: 'engine-ssh-failed',
    output: 'Host key verification failed.',
  });
});

test('requests go through it, one after the other', async () => {
  const { port } = far.address() as AddressInfo;
  const relay = `require('net').connect(${port},'127.0.0.1',function(){process.stdin.pipe(this).pipe(process.stdout)})`;
  const PATH = await installSsh(`exec '${process.execPath}' -e "${relay}"`);
  const engine = await connectEngine({ environment: { PATH, HOME: folder }, host: 'ssh://far' });
  expect(await engine.about()).toMatchObject({ version: '28.0' });
  expect(await engine.about()).toMatchObject({ version: '28.0' });
  await engine.close();
});

test('no ssh', async () => {
  await expect(connect('ssh://far', { PATH: folder })).rejects.toMatchObject({
    code: 'engine-ssh-failed',
    output: expect.stringContaining('not found'),
  });
});

test('ssh gets the host after the options, and no question to ask', () => {
  const endpoint = parseHost('ssh://me@host:22022/run/docker.sock', undefined);
  if (endpoint?.kind !== 'ssh') throw new Error('not ssh');
  expect(sshArguments(endpoint).join(' ')).toBe(
    '-o ConnectTimeout=30 -o BatchMode=yes -T -l me -p 22022 -- host docker --host unix:///run/docker.sock system dial-stdio',
  );
});
