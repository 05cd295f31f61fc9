import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createGitRemote } from '../../packages/core/src/git/git-remote.ts';
import type { MirrorApp } from '../../packages/core/src/git/mirror/mirror.ts';
import { openMirror } from '../../packages/core/src/git/mirror/mirror-store.ts';
import { Secret } from '../../packages/core/src/secrets/secret.ts';
import {
  type FaultyAddress,
  type FaultyGitHost,
  GIT_HOST_FAULTS,
  type GitHostFault,
  PACK_FAULTS,
  startFaultyGitHost,
} from '../../packages/testbed/src/git-host-faults.ts';
import { failureOf, PATH } from './mirror-world.ts';

jest.setTimeout(60_000);

let folder: string;
let host: FaultyGitHost;
let commit: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'git-host-faults-'));
  host = await startFaultyGitHost(folder);
  const refs = await remote({ url: `${host.server.url}/acme/warehouse` }).listRefs(
    repositoryAt(`${host.server.url}/acme/warehouse`),
  );
  commit = refs.branches.get('main') ?? '';
  await mkdir(join(folder, 'tmp'));
});
afterEach(async () => {
  await host.reset();
  expect(host.other.requests).toEqual([]);
  expect(await readdir(join(folder, 'tmp'))).toEqual([]);
});
afterAll(async () => {
  await host.close();
  await rm(folder, { recursive: true, force: true });
});

const options = ({ environment = {}, timeoutSeconds = 20 }: FaultyAddress) => ({
  environment: { PATH, TMPDIR: join(folder, 'tmp'), ...environment },
  timeoutSeconds,
  pauseSeconds: 0.02,
});
const remote = (address: FaultyAddress) => createGitRemote(options(address));
const repositoryAt = (url: string) => ({
  url,
  credential: { username: 'x-access-token', password: new Secret('ACME_TOKEN', host.token) },
});

async function expectFailure(doing: Promise<unknown>, { code }: GitHostFault): Promise<void> {
  const error = await failureOf(doing);
  expect(error).toMatchObject({ code, exitCode: 4 });
  expect(JSON.stringify({ ...error, message: error.message })).not.toContain(host.token);
}

const TRIES = 3;

describe('the list', () => {
  test.each(GIT_HOST_FAULTS.map((fault) => [fault.name, fault] as const))('%s', async (_name, fault) => {
    const before = host.server.requests.length;
    const address = await fault.set(host, 0);
    const listing = remote(address).listRefs(repositoryAt(address.url));
    if (fault.code === undefined) expect((await listing).branches.get('main')).toBe(commit);
    else await expectFailure(listing, fault);
    const expected = fault.isBroken ? TRIES + 1 : TRIES;
    if (fault.isAskedAgain) expect(host.server.requests.length - before).toBe(expected);
  });
});

describe('the fetch', () => {
  const cases = [
    ...GIT_HOST_FAULTS.filter(({ isFromTheStart }) => isFromTheStart).map(
      (fault) => [fault.name, 'from the start', fault, 0] as const,
    ),
    ...[...GIT_HOST_FAULTS, ...PACK_FAULTS]
      .filter(({ isFromTheStart }) => isFromTheStart !== true)
      .map((fault) => [fault.name, 'instead of the pack', fault, 2] as const),
  ];
  test.each(cases)('%s, %s', async (_name, _when, fault, after) => {
    const before = host.server.requests.length;
    const address = await fault.set(host, after);
    const mirror = openMirror(join(folder, `mirror-${before}`), options(address));
    const app: MirrorApp = { ...repositoryAt(address.url), ref: 'main', kind: 'branch', commit };
    const fetching = mirror.fetch(app);
    if (fault.code === undefined) expect((await fetching).commit).toBe(commit);
    else await expectFailure(fetching, fault);
  });
});
