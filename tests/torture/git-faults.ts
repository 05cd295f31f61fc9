import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type FaultyAddress,
  type FaultyGitHost,
  GIT_HOST_FAULTS,
  type GitHostFault,
  PACK_FAULTS,
  startFaultyGitHost,
} from '@de-build/testbed';
import { isDeBuildError } from '../../packages/core/src/errors/de-build-error.ts';
import { createGitRemote } from '../../packages/core/src/git/git-remote.ts';
import { openMirror } from '../../packages/core/src/git/mirror/mirror-store.ts';
import { Secret } from '../../packages/core/src/secrets/secret.ts';
import { allOf, type Figure, noneOf } from './figure.ts';
import type { TortureContext } from './torture-context.ts';

const PART = 'git-faults';
/** After the two requests of a listing comes the pack. */
const AT_PACK = 2;

/** Meets every fault of a git host, once while it is asked for its refs and once while the mirror fetches. */
export async function meetGitFaults(context: TortureContext): Promise<readonly Figure[]> {
  const folder = join(context.folder, PART);
  await mkdir(folder);
  const host = await startFaultyGitHost(folder);
  context.cleanUps.push(() => host.close());
  const repositoryAt = (url: string) => ({
    url,
    credential: { username: 'x-access-token', password: new Secret('ACME_TOKEN', host.token) },
  });
  const options = ({ environment = {}, timeoutSeconds = 30 }: FaultyAddress) => ({
    environment: { PATH: process.env.PATH, TMPDIR: folder, ...environment },
    timeoutSeconds,
    pauseSeconds: 0.02,
  });
  const list = (address: FaultyAddress) =>
    createGitRemote(options(address)).listRefs(repositoryAt(address.url));
  const commit = (await list({ url: `${host.server.url}/acme/warehouse` })).branches.get('main') ?? '';
  const fetch = (address: FaultyAddress, index: number) =>
    openMirror(join(folder, `mirror-${index}`), options(address)).fetch({
      ...repositoryAt(address.url),
      ref: 'main',
      kind: 'branch',
      commit,
    });

  const tries = [
    ...GIT_HOST_FAULTS.map((fault) => ({ fault, after: 0, ask: list })),
    ...[...GIT_HOST_FAULTS, ...PACK_FAULTS].map((fault, index) => ({
      fault,
      after: fault.isFromTheStart === true ? 0 : AT_PACK,
      ask: (address: FaultyAddress) => fetch(address, index),
    })),
  ];
  let right = 0;
  let asked = 0;
  let strangers = 0;
  for (const { fault, after, ask } of tries) {
    context.signal.throwIfAborted();
    const met = await meet(host, { fault, after, ask });
    if (met.code === fault.code) right++;
    else context.tell(`${fault.name}, after ${after} requests: ${met.code} instead of ${fault.code}`);
    if (after === 0 && NEVER_AGAIN.has(fault.code ?? '') && met.requests > 1) asked++;
    strangers += host.other.requests.filter(({ authorization }) => authorization !== undefined).length;
  }
  return [
    allOf(tries.length, { part: PART, name: 'faults reported correctly', right }),
    noneOf(tries.length, { part: PART, name: '401, 403 or 404 asked again', wrong: asked }),
    noneOf(tries.length, { part: PART, name: 'tokens sent to another host', wrong: strangers }),
  ];
}

const NEVER_AGAIN = new Set(['git-token-refused', 'git-forbidden', 'git-repository-not-found']);

async function meet(
  host: FaultyGitHost,
  {
    fault,
    after,
    ask,
  }: {
    readonly fault: GitHostFault;
    readonly after: number;
    readonly ask: (address: FaultyAddress) => Promise<unknown>;
  },
): Promise<{ readonly code: string | undefined; readonly requests: number }> {
  const before = host.server.requests.length;
  const address = await fault.set(host, after);
  const code = await ask(address).then(
    () => undefined,
    (error: unknown) => (isDeBuildError(error) ? error.code : String(error)),
  );
  const requests = host.server.requests.length - before;
  await host.reset();
  return { code, requests };
}
