import { describe, expect, test } from '@jest/globals';
import { gitHostUnreachable, gitRepositoryNotFound } from '../errors/git-failures.ts';
import type { GitRemote, RemoteRefs, Repository } from '../git/remote.ts';
import { sampleManifest } from '../manifests/sample-manifest.fixture.ts';
import { Secret } from '../secrets/secret.ts';
import { neededRepositories } from '../site/needed-repositories.ts';
import { takeRecordedRepositories } from './recorded-repositories.ts';
import type { TokenHolder } from './repository-args.ts';
import { resolveRepositories } from './resolve-repositories.ts';

const FILE = 'images/custom/Containerfile';
const HEAD = 'a'.repeat(40);
const REFS: RemoteRefs = {
  branches: new Map([
    ['main', HEAD],
    ['v1', 'b'.repeat(40)],
  ]),
  tags: new Map([['v1', { commit: 'c'.repeat(40), tagObject: 'd'.repeat(40) }]]),
  defaultBranch: 'main',
};
const HOLDER: TokenHolder = {
  url: 'https://git.example/acme/other',
  credential: { username: 'x', password: new Secret('ACME', 'token') },
};

/** `public` answers all, `private` with a token, `down` never. */
function remote(asked: Repository[] = []): GitRemote {
  return {
    async listRefs(repository) {
      asked.push(repository);
      if (repository.url.includes('down')) throw gitHostUnreachable({ ...repository, reason: 'no route' });
      if (repository.url.includes('private') && repository.credential === undefined)
        throw gitRepositoryNotFound(repository);
      return REFS;
    },
  };
}

function find(run: string, target?: string) {
  return neededRepositories({ text: `FROM a\n${run}\n` }, { buildArgs: {}, target });
}

async function resolve(run: string, asked?: Repository[]) {
  const found = find(run);
  const question = { found, holders: [HOLDER], resolvedApps: [], file: FILE };
  const { pinned, unpinned, findings } = await resolveRepositories(question, remote(asked));
  return { pinned, unpinned, ids: findings.map(({ id, severity }) => `${severity} ${id}`), findings };
}

describe('resolveRepositories', () => {
  test('a ref, the default branch, a whole commit', async () => {
    const url = 'https://git.example/public';
    const { pinned, unpinned } = await resolve(
      `RUN git clone ${url}/a && git clone -b v1 ${url}/b && git clone ${url}/c && cd c && git checkout ${HEAD}`,
    );
    expect(unpinned).toEqual([]);
    expect(pinned).toMatchObject([
      { url: `${url}/a`, ref: 'main', kind: 'branch', commit: HEAD, isDefault: true },
      { url: `${url}/b`, ref: 'v1', kind: 'branch', isDefault: false },
      { url: `${url}/c`, ref: 'main', isDefault: true },
      { url: `${url}/c`, ref: HEAD, kind: 'commit', commit: HEAD, by: 'checkout' },
    ]);
  });

  test('a token goes only to the host that it is for, and only where it is needed', async () => {
    const asked: Repository[] = [];
    const { pinned, unpinned, ids } = await resolve(
      'RUN git clone https://git.example/acme/private && git clone https://other.example/acme/private && git clone https://git.example/public/a',
      asked,
    );
    expect(pinned.map(({ url, credential }) => [url, credential?.password.name])).toEqual([
      ['https://git.example/acme/private', 'ACME'],
      ['https://git.example/public/a', undefined],
    ]);
    expect(unpinned).toEqual([{ url: 'https://other.example/acme/private', ref: null, line: 2 }]);
    expect(ids).toEqual(['warning repository-not-pinned']);
    expect(asked.filter(({ credential }) => credential).map(({ url }) => url)).toEqual([
      'https://git.example/acme/private',
    ]);
  });

  test.each([
    [
      'git clone -b $B https://git.example/public/a',
      'What the step clones or checks out depends on its shell.',
    ],
    ['git clone --filter=blob:none https://git.example/public/a', 'The step clones with `--filter`'],
    [
      'git config --system a.b c && git clone https://git.example/public/a',
      'The stage writes /etc/gitconfig',
    ],
    ['git clone https://git.example/public/a && cd a && git checkout abc123', 'The step checks out abc123'],
  ])('%s is not pinned, and nothing else of the step is', async (command, why) => {
    const { pinned, findings } = await resolve(`RUN B=$(cat b); ${command}`);
    expect(pinned).toEqual([]);
    expect(findings[0]).toMatchObject({ id: 'repository-not-pinned', file: FILE, line: 2 });
    expect(findings[0]?.why).toContain(why);
  });

  test('a ref that does not exist and a host that is down are errors', async () => {
    expect((await resolve('RUN git clone -b v9 https://git.example/public/a')).ids).toEqual([
      'error ref-not-found',
    ]);
    expect((await resolve('RUN git clone https://git.example/down')).ids).toEqual([
      'error git-host-unreachable',
    ]);
  });

  test('a repository that is an app, too, has its commit', async () => {
    const found = find('RUN git clone -b main https://git.example/public/a.git');
    const app = { name: 'a', url: 'https://git.example/public/a', ref: 'main', kind: 'branch' } as const;
    const { pinned } = await resolveRepositories(
      {
        found,
        holders: [],
        resolvedApps: [
          { ...app, commit: 'e'.repeat(40), credential: undefined, line: 1, place: { file: 'apps.json' } },
        ],
        file: FILE,
      },
      remote(),
    );
    expect(pinned).toMatchObject([{ commit: 'e'.repeat(40) }]);
  });
});

test('stages that the target does not need clone nothing', () => {
  const text = 'FROM a AS x\nRUN git clone https://git.example/a/b\nFROM a AS y\nRUN true';
  expect(neededRepositories({ text }, { buildArgs: {}, target: 'y' })).toEqual([]);
  expect(neededRepositories({ text }, { buildArgs: {}, target: 'x' })).toHaveLength(1);
});

test('--frozen takes the commits of the record, and refuses what it lacks', () => {
  const url = 'https://git.example/public/a';
  const manifest = sampleManifest({
    repositories: [{ url, ref: 'main', kind: 'branch', commit: HEAD, line: 5, isDefault: true }],
    unpinnedRepositories: [{ url: 'https://git.example/b/c', ref: null, line: 5 }],
  });
  const take = (run: string) =>
    takeRecordedRepositories(find(run), { manifest, holders: [HOLDER], file: FILE });
  expect(take(`RUN git clone ${url}.git`)).toMatchObject({
    pinned: [{ commit: HEAD, credential: HOLDER.credential }],
    findings: [],
  });
  expect(take(`RUN git clone -b v2 ${url}`).findings).toMatchObject([
    { id: 'repository-not-recorded', severity: 'error' },
  ]);
  expect(take('RUN git clone https://git.example/b/c').findings).toMatchObject([
    { id: 'repository-not-pinned', severity: 'warning' },
  ]);
});
