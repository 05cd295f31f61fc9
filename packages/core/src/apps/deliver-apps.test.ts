import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { createAppRepository } from '../../../testbed/src/git-repository.ts';
import { startGitServer } from '../../../testbed/src/git-server.ts';
import { createGitRemote } from '../git/git-remote.ts';
import type { AppEntry } from '../site/apps-json.ts';
import type { ResolvedApp } from './app.ts';
import { decideCacheInput } from './cache-input.ts';
import { digestCommits } from './commits-digest.ts';
import { encodeAppsJson, renderAppsJson } from './deliver-apps.ts';
import { parseApps } from './parse-apps.ts';
import { resolveApps } from './resolve-apps.ts';

function resolvedOf(name: string, commit: string, line: number | undefined = 1): ResolvedApp {
  return {
    name,
    url: `https://h/acme/${name}`,
    ref: 'main',
    commit,
    kind: 'branch',
    credential: undefined,
    line,
    place: { file: 'apps.json' },
  };
}
const source = {
  env: {
    path: '.env',
    text: '',
    entries: new Map([['A_PAT', { key: 'A_PAT', value: "t@k'n/1", line: 1, sensitive: true }]]),
  },
  tokenAliases: [],
};
const entries: AppEntry[] = [
  {
    index: 0,
    line: 2,
    url: 'https://${A_PAT}@h/acme/a',
    branch: 'main',
    extra: { enabled: true, commit: 'old' },
  },
  { index: 1, line: 6, url: 'https://h/acme/b', branch: undefined, extra: {} },
];
const resolved = [
  resolvedOf('a', 'c1', 2),
  resolvedOf('b', 'c2', 6),
  { ...resolvedOf('frappe', 'c0'), line: undefined },
];

describe('what the build gets', () => {
  test('with commits, for the build-arg dialect', () => {
    const document = renderAppsJson(entries, resolved, { ...source, withCommits: true });
    expect(JSON.parse(document.reveal())).toEqual([
      {
        url: 'https://t%40k%27n%2F1@h/acme/a',
        branch: 'main',
        enabled: true,
        commit: 'c1',
        frappe_commit: 'c0',
      },
      { url: 'https://h/acme/b', commit: 'c2' },
    ]);
    const encoded = encodeAppsJson(document);
    expect(encoded.reveal()).toMatch(/^[\w+/]+=*$/);
    expect(Buffer.from(encoded.reveal(), 'base64').toString()).toBe(document.reveal());
    expect(`${document} ${JSON.stringify({ encoded })}`).not.toContain('acme');
  });

  test('without commits, for the secret dialect, the entry stays as written', () => {
    const [first] = JSON.parse(renderAppsJson(entries, resolved, { ...source, withCommits: false }).reveal());
    expect(first).toEqual({
      url: 'https://t%40k%27n%2F1@h/acme/a',
      branch: 'main',
      enabled: true,
      commit: 'old',
    });
  });

  test('an unresolved entry is never delivered', () => {
    expect(() => renderAppsJson(entries, resolved.slice(1), { ...source, withCommits: true })).toThrow(
      'line 2',
    );
  });
});

describe('digestCommits', () => {
  test('follows the commits, not the order', () => {
    const [a, b] = [resolvedOf('a', 'c1'), resolvedOf('b', 'c2')];
    expect(digestCommits([a, b])).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(digestCommits([a, b])).toBe(digestCommits([b, a]));
    expect(digestCommits([a, b])).not.toBe(digestCommits([a, { ...b, commit: 'c3' }]));
  });
});

describe('decideCacheInput', () => {
  const apps = [resolvedOf('frappe', 'c0'), resolvedOf('a', 'c1111111')];
  const same = new Map([
    ['frappe', 'c0'],
    ['a', 'c1111111'],
  ]);
  const moved = new Map([
    ['frappe', 'c0'],
    ['a', 'c2222222'],
    ['b', 'c3'],
  ]);

  test.each(['secret', 'build-arg'] as const)('CACHE_BUST carries the digest (%s)', (dialect) => {
    const decided = decideCacheInput({
      hasSources: false,
      dialect,
      declaresCacheBust: true,
      resolved: apps,
      last: moved,
    });
    expect(decided).toEqual({
      input: 'CACHE_BUST',
      buildArgs: { CACHE_BUST: digestCommits(apps) },
      noCache: false,
      reason: undefined,
      digest: digestCommits(apps),
    });
  });

  test.each([
    ['build-arg', apps, moved, 'apps-json', undefined],
    ['build-arg', apps, undefined, 'apps-json', undefined],
    ['build-arg', apps.slice(0, 1), new Map([['frappe', 'c9']]), 'none', /frappe moved from c9 to c0/],
    ['secret', apps, same, 'none', undefined],
    ['secret', apps, moved, 'none', /a moved from c222222 to c111111 and b is gone,/],
    ['secret', apps, new Map([['frappe', 'c0']]), 'none', /a is new/],
    ['secret', apps, undefined, 'none', /no release is recorded/],
  ] as const)('%s without CACHE_BUST (%#)', (dialect, all, last, input, reason) => {
    const decided = decideCacheInput({
      hasSources: false,
      dialect,
      declaresCacheBust: false,
      resolved: all,
      last,
    });
    expect(decided.input).toBe(input);
    expect(decided.buildArgs).toEqual({});
    expect(decided.noCache).toBe(reason !== undefined);
    if (reason !== undefined) expect(decided.reason).toMatch(reason);
  });
});

test('what is delivered can be cloned as bench does, and was resolved with the same token', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'deliver-apps-'));
  const token = "glpat-a@b'c/d";
  const server = await startGitServer({ folder, users: [{ token }] });
  try {
    const repository = await createAppRepository(folder, { name: 'acme/warehouse' });
    const tag = await repository.tag('v1.0.0', { annotated: true });
    await repository.commit({ files: { 'README.md': 'later\n' } });
    const host = server.url.replace('http://', '');
    const urls = [
      `http://\${A_PAT}@${host}/acme/warehouse`,
      `http://oauth2:{{ A_PAT }}@${host}/acme/warehouse.git`,
    ];
    const written = urls.map((url, index) => ({ index, line: index + 1, url, branch: 'v1.0.0', extra: {} }));
    const values = {
      env: {
        ...source.env,
        entries: new Map([['A_PAT', { key: 'A_PAT', value: token, line: 1, sensitive: true }]]),
      },
      tokenAliases: [],
    };
    const { apps } = parseApps(written, values);
    const remote = createGitRemote({ environment: { PATH: process.env.PATH } });
    const { resolved: found, findings } = await resolveApps(apps, remote);
    expect(findings).toEqual([]);
    expect(found).toMatchObject([tag, tag]);

    const document = renderAppsJson(written, found, { ...values, withCommits: true });
    for (const [index, { url, branch }] of JSON.parse(document.reveal()).entries()) {
      const clone = join(folder, `clone-${index}`);
      const environment = {
        PATH: process.env.PATH,
        GIT_TERMINAL_PROMPT: '0',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
      };
      const run = promisify(execFile);
      await run(
        'git',
        ['clone', '-q', '--depth', '1', '--branch', branch, '--origin', 'upstream', url, clone],
        {
          env: environment,
        },
      );
      const { stdout } = await run('git', ['-C', clone, 'rev-parse', 'HEAD'], { env: environment });
      expect(stdout.trim()).toBe(tag.commit);
    }
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
});
