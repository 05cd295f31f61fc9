import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type AppsReading, readApps } from './apps-json.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'de-build-apps-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function read(content: unknown): Promise<AppsReading> {
  const text =
    typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content, null, 2);
  writeFileSync(join(folder, 'apps.json'), text);
  return readApps(folder, 'apps.json');
}

async function idsOf(content: unknown): Promise<string[]> {
  return (await read(content)).findings.map((finding) => finding.id);
}

const URL = 'https://github.com/frappe/hrms';

describe('entries as they are in use', () => {
  test.each([
    ['plain', { url: URL, branch: 'version-15' }],
    ['.git', { url: `${URL}.git`, branch: 'v15.2.0' }],
    ['trailing slash', { url: `${URL}/` }],
    ['no branch', { url: URL }],
    ['null for no branch', { url: URL, branch: null }],
    ['token', { url: 'https://${PAT_DESIRED_EFFECT}@github.com/desired-effect/macrs', branch: 'main' }],
    ['token in braces', { url: 'https://{{ PAT }}@github.com/org/app' }],
    ['token in braces without spaces', { url: 'https://{{PAT}}@github.com/org/app' }],
    ['user and token', { url: 'https://bot:${PAT}@github.com/org/app' }],
    ['x-access-token', { url: 'https://x-access-token:${PAT}@github.com/org/app' }],
    ['token and x-oauth-basic', { url: 'https://${PAT}:x-oauth-basic@github.com/org/app' }],
    ['GitLab, subgroups', { url: 'https://oauth2:${PAT}@gitlab.example.com:8443/a/b/c/app.git' }],
    ['placeholders elsewhere', { url: 'https://${HOST}/${ORG}/app', branch: 'v{{ APP_VERSION }}' }],
    ['http on this machine', { url: 'http://127.0.0.1:8080/org/app' }],
    ['branch with slashes', { url: URL, branch: 'feature/x-1_2.3#4' }],
    ['short hexadecimal branch', { url: URL, branch: 'deadbeef' }],
  ])('%s', async (_, entry) => {
    const { entries, findings } = await read([entry]);
    expect(findings).toEqual([]);
    expect(entries).toEqual([
      {
        index: 0,
        line: 2,
        url: entry.url,
        branch: ('branch' in entry && entry.branch) || undefined,
        extra: {},
      },
    ]);
  });
});

test.each([
  'git@github.com:org/app.git',
  'ssh://git@github.com/org/app',
  'ssh://deploy@git.example:2222/a/b',
])('%s comes over ssh', async (url) => {
  expect(await read([{ url, branch: 'main' }])).toMatchObject({ entries: [{ url }], findings: [] });
});

describe('URLs that are refused', () => {
  test.each([
    ['ssh://-oProxyCommand=touch%20x/org/app', 'app-url-scheme'],
    ['-oProxyCommand=touch@github.com:org/app', 'app-url-scheme'],
    ['git@-oProxyCommand=x:org/app', 'app-url-scheme'],
    ['git@github.com:-oProxyCommand=x/app', 'app-url-scheme'],
    ['ssh://git:secret@github.com/org/app', 'app-url-scheme'],
    ['git+ssh://git@github.com/org/app', 'app-url-scheme'],
    ['git@github.com:app', 'app-url-no-organisation'],
    ['git://github.com/org/app', 'app-url-scheme'],
    ['file:///srv/org/app', 'app-url-scheme'],
    ['ext::sh -c "touch x"', 'app-url-scheme'],
    ['--upload-pack=touch x', 'app-url-scheme'],
    ['http://github.com/org/app', 'app-url-scheme'],
    ['http://127.0.0.1.example.com/org/app', 'app-url-scheme'],
    ['frappe/hrms', 'app-url-malformed'],
    ['https://', 'app-url-malformed'],
    ['https://github.com/org/app?x=1', 'app-url-malformed'],
    ['https://github.com/org/app#v1', 'app-url-malformed'],
    ['https://github.com/app', 'app-url-no-organisation'],
    ['https://github.com/', 'app-url-no-organisation'],
    ['https://github.com/org/.git', 'app-url-no-organisation'],
    ['https://github.com/org/my.app', 'app-name-dotted'],
    ['https://github.com/org/my.app.git', 'app-name-dotted'],
    ['https://github.com/org/app --config=x', 'app-url-unsafe'],
    ['https://github.com/org/app;id', 'app-url-unsafe'],
    ['https://github.com/org/$(id)', 'app-url-unsafe'],
    ['https://github.com/org/app\nhost=evil.example.com', 'app-url-unsafe'],
    ['https://github.com/org/app\r', 'app-url-unsafe'],
    ['https://github.com/org/a\0', 'app-url-unsafe'],
    ['https://github.com/org/app%0ahost=evil', 'app-url-unsafe'],
    ['https://github.com/frappe/frappe', 'app-is-frappe'],
    ['https://${PAT}@github.com/ours/frappe.git', 'app-is-frappe'],
  ])('%j: %s', async (url, id) => {
    const { entries, findings } = await read([{ url, branch: 'main' }]);
    expect(findings).toMatchObject([{ id, severity: 'error', line: 3, column: 12, file: 'apps.json' }]);
    expect(entries[0]).toMatchObject({ url, isFaulty: true });
  });
});

describe('branches that are refused', () => {
  test.each([
    ['0123456789abcdef0123456789abcdef01234567', 'app-branch-is-commit'],
    ['--upload-pack=x', 'app-branch-unsafe'],
    ['-b', 'app-branch-unsafe'],
    ['main --config core.x=y', 'app-branch-unsafe'],
    ['main;id', 'app-branch-unsafe'],
    ['$(id)', 'app-branch-unsafe'],
    ['a`id`', 'app-branch-unsafe'],
    ["it's", 'app-branch-unsafe'],
    ['a\nb', 'app-branch-unsafe'],
    ['a..b', 'app-branch-malformed'],
    ['a~1', 'app-branch-malformed'],
    ['a^', 'app-branch-malformed'],
    ['a:b', 'app-branch-malformed'],
    ['a?', 'app-branch-malformed'],
    ['a*', 'app-branch-malformed'],
    ['a[b', 'app-branch-malformed'],
    ['a\\b', 'app-branch-malformed'],
    ['/a', 'app-branch-malformed'],
    ['a/', 'app-branch-malformed'],
    ['a//b', 'app-branch-malformed'],
    ['a.', 'app-branch-malformed'],
    ['.a', 'app-branch-malformed'],
    ['a/.b', 'app-branch-malformed'],
    ['a.lock', 'app-branch-malformed'],
    ['a.lock/b', 'app-branch-malformed'],
    ['@', 'app-branch-malformed'],
  ])('%j: %s', async (branch, id) => {
    const { findings } = await read([{ url: URL, branch }]);
    expect(findings).toMatchObject([{ id, line: 4, column: 15, subject: 'hrms' }]);
  });
});

describe('a token written out is found and never shown', () => {
  const classic = `ghp_${'aB3'.repeat(12)}`;
  const fine = `github_pat_${'1aB'.repeat(27)}`;
  const server = `ghs_123_${'eyJh.bG-c_'.repeat(50)}`;
  test.each([
    ['user part', { url: `https://${classic}@github.com/org/app` }],
    ['password', { url: 'https://bot:hunter2hunter2@github.com/org/app' }],
    ['x-access-token', { url: `https://x-access-token:${fine}@github.com/org/app` }],
    ['next to a placeholder', { url: `https://\${USER}:${fine}@github.com/org/app` }],
    ['path', { url: `https://github.com/org/${classic}` }],
    ['branch', { url: URL, branch: `x${server}` }],
    ['extra key', { url: URL, note: { deep: [`token is ${fine}`] } }],
    ['URL in an extra key', { url: URL, mirror: 'https://bot:hunter2hunter2@github.com/org/app' }],
    ['name of an extra key', { url: URL, [classic]: 1 }],
  ])('%s', async (_, entry) => {
    const { findings } = await read([entry]);
    expect(findings.map((finding) => finding.id)).toContain('token-literal');
    const shown = JSON.stringify(findings);
    for (const token of [classic, fine, server, 'hunter2hunter2']) expect(shown).not.toContain(token);
  });
});

describe('the list', () => {
  test.each([
    ['an object', '{"url": "x"}', ['apps-not-a-list']],
    ['empty', '[]', []],
    ['no JSON', '[{]', ['json-syntax']],
    ['empty file', '', ['json-syntax']],
    ['a text as entry', '["https://github.com/a/b"]', ['app-malformed']],
    ['no url', '[{"branch": "x"}]', ['app-malformed']],
    ['a number as url', '[{"url": 1}]', ['app-malformed']],
    ['a number as branch', `[{"url": "${URL}", "branch": 15}]`, ['app-malformed']],
    ['duplicate keys', `[{"url": "${URL}", "url": "${URL}"}]`, ['json-duplicate-key']],
    ['BOM', `\uFEFF[{"url": "${URL}"}]`, ['json-bom']],
    ['not UTF-8', Buffer.from([0x5b, 0xff]), ['file-not-utf8']],
    ['too large', `[${' '.repeat(2_000_000)}]`, ['file-too-large']],
    ['too deep', `[{"url": "${URL}", "x": ${'['.repeat(99)}${']'.repeat(99)}}]`, ['json-too-deep']],
  ])('%s', async (_, content, ids) => {
    expect(await idsOf(content)).toEqual(ids);
  });

  test('missing, and empty, are for `judgeApps` to judge', async () => {
    expect(await readApps(folder, 'apps.json')).toEqual({ entries: [], state: 'missing', findings: [] });
    expect(await read('[]')).toEqual({ entries: [], state: 'empty', findings: [] });
  });

  test('every problem of every entry is reported, each at its place', async () => {
    const { entries, findings } = await read(
      '[\n  {"url": "https://github.com/a/one", "branch": "-x"},\n  {"branch": "x"},\n  {"url": "https://github.com/b/one.git"}\n]',
    );
    expect(findings.map(({ id, line, column }) => [id, line, column])).toEqual([
      ['app-branch-unsafe', 2, 49],
      ['app-malformed', 3, 3],
      ['app-duplicate', 4, 3],
    ]);
    expect(findings[2]?.what).toContain('in line 2 and in line 4');
    expect(entries.map(({ index, line }) => [index, line])).toEqual([
      [0, 2],
      [2, 4],
    ]);
  });

  test('extra keys are kept and warned about, and a mistyped one is named', async () => {
    const { entries, findings } = await read([{ url: URL, brnach: 'x', enabled: true }]);
    expect(findings.map(({ id, severity }) => [id, severity])).toEqual([
      ['app-extra-key', 'warning'],
      ['app-extra-key', 'warning'],
    ]);
    expect(findings[0]?.fix).toContain('`branch`');
    expect(entries[0]).toEqual({
      index: 0,
      line: 2,
      url: URL,
      branch: undefined,
      extra: { brnach: 'x', enabled: true },
    });
  });
});
