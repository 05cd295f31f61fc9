import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { gitHostUnreachable } from '../errors/git-failures.ts';
import type { CommitHistory, CommitRange } from '../git/commit-history.ts';
import type { GitRemote, RemoteRefs } from '../git/remote.ts';
import { sampleManifest } from '../manifests/sample-manifest.fixture.ts';
import { writeManifest } from '../manifests/write-manifest.fixture.ts';
import { createRedactor } from '../secrets/redactor.ts';
import { listApps } from './list-apps.ts';

const TOKEN = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz';
const OLD = '0123456789abcdef0123456789abcdef01234567';
const NEW = 'b'.repeat(40);

let site: string;
beforeEach(async () => {
  site = await mkdtemp(join(tmpdir(), 'de-build-apps-'));
  await writeFile(join(site, '.env'), `DE_SITE_VERSION=1.5.0\nPAT_DESIRED_EFFECT=${TOKEN}\n`);
  await writeApps([
    { url: 'https://${PAT_DESIRED_EFFECT}@github.com/frappe/erpnext', branch: 'v15.38.0' },
    { url: 'https://${PAT_DESIRED_EFFECT}@github.com/acme/stock', branch: 'main' },
  ]);
});
afterEach(() => rm(site, { recursive: true, force: true }));

const writeApps = (apps: readonly object[]) => writeFile(join(site, 'apps.json'), JSON.stringify(apps));

function hosts(refs: Readonly<Record<string, Partial<RemoteRefs>>>) {
  const asked: string[] = [];
  const remote: GitRemote = {
    async listRefs({ url, credential }) {
      asked.push(`${url} ${credential?.password.reveal()}`);
      const found = refs[url];
      if (found === undefined) throw gitHostUnreachable({ url, output: '', reason: 'It is off' });
      return { branches: new Map(), tags: new Map(), ...found };
    },
  };
  return { remote, asked };
}

function knowing(ahead: number, subject: string) {
  const ranges: CommitRange[] = [];
  const history: CommitHistory = {
    async between(range) {
      ranges.push(range);
      return { known: true, ahead, behind: 0, subjects: [subject] };
    },
    changedFiles: async () => undefined,
    readFile: async () => undefined,
  };
  return { history, ranges };
}

const ERPNEXT = 'https://github.com/frappe/erpnext';
const STOCK = 'https://github.com/acme/stock';
const tag = (commit: string) => ({ commit });

test('every repository is queried once, with its token, and commits only for apps that moved', async () => {
  const sample = sampleManifest({ siteVersion: '1.4.0' });
  const stock = {
    name: 'stock',
    url: STOCK,
    ref: 'main',
    kind: 'branch',
    commit: OLD,
    version: null,
  } as const;
  const gone = { ...stock, name: 'gone', url: 'https://github.com/acme/gone' };
  await writeManifest(join(site, 'build-manifests'), {
    ...sample,
    frappe: null,
    apps: [...sample.apps, stock, gone],
  });
  const { remote, asked } = hosts({
    [ERPNEXT]: {
      tags: new Map([
        ['v15.38.0', tag(OLD)],
        ['v15.39.0', tag(NEW)],
      ]),
    },
    [STOCK]: { branches: new Map([['main', NEW]]) },
  });
  const { history, ranges } = knowing(3, `leaks ${TOKEN}`);
  const report = await listApps({ site, remote, history, redactor: createRedactor() });
  expect(asked.sort()).toEqual([`${STOCK} ${TOKEN}`, `${ERPNEXT} ${TOKEN}`].sort());
  expect(ranges).toEqual([{ url: STOCK, from: OLD, to: NEW }]);
  expect(report).toMatchObject({ release: '1.4.0', outdated: 3, problems: [] });
  expect(
    report.apps.map(({ name, state, newestTag, hasNewerTag }) => [name, state, newestTag, hasNewerTag]),
  ).toEqual([
    ['erpnext', 'same', 'v15.39.0', true],
    ['stock', 'moved', null, false],
    ['gone', 'removed', null, false],
  ]);
  expect(report.apps[1]?.commits).toMatchObject({ ahead: 3 });
  expect(JSON.stringify(report)).not.toContain(TOKEN);
});

test('of those that are outdated only, the others are left out and still counted', async () => {
  const sample = sampleManifest({ siteVersion: '1.4.0' });
  await writeManifest(join(site, 'build-manifests'), { ...sample, frappe: null });
  await writeApps([{ url: ERPNEXT, branch: 'v15.38.0' }]);
  const { remote } = hosts({ [ERPNEXT]: { tags: new Map([['v15.38.0', tag(OLD)]]) } });
  const { history, ranges } = knowing(0, '');
  expect(await listApps({ site, remote, history, outdated: true })).toMatchObject({ apps: [], outdated: 0 });
  expect(ranges).toEqual([]);
});

test('before the first release everything is new', async () => {
  const { remote } = hosts({
    [ERPNEXT]: { tags: new Map([['v15.38.0', tag(OLD)]]) },
    [STOCK]: { branches: new Map([['main', NEW]]) },
  });
  const report = await listApps({ site, remote, history: knowing(0, '').history });
  expect(report).toMatchObject({ release: null, outdated: 2, apps: [{ state: 'new' }, { state: 'new' }] });
});

test('an unreachable host and a missing ref are problems, reported with the rest', async () => {
  const { remote } = hosts({ [STOCK]: { branches: new Map([['develop', NEW]]) } });
  const report = await listApps({ site, remote, history: knowing(0, '').history });
  expect(report.apps.map(({ state }) => state)).toEqual(['unknown', 'unknown']);
  expect(report.problems.map(({ id }) => id)).toEqual(['git-host-unreachable', 'ref-not-found']);
});

test.each([
  ['an apps.json that is none', () => writeFile(join(site, 'apps.json'), '[{')],
  [
    'a placeholder without a value',
    () => writeApps([{ url: 'https://${NO_SUCH_KEY}@github.com/a/b', branch: 'x' }]),
  ],
])('%s is refused before a host is queried', async (_, spoil) => {
  await spoil();
  const { remote, asked } = hosts({});
  await expect(listApps({ site, remote })).rejects.toMatchObject({
    code: 'apps-not-understood',
    exitCode: 3,
  });
  expect(asked).toEqual([]);
});
