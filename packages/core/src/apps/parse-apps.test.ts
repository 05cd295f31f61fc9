import { describe, expect, test } from '@jest/globals';
import { ENVIRONMENT } from '../errors/environment.ts';
import type { Secret } from '../secrets/secret.ts';
import type { AppEntry } from '../site/apps-json.ts';
import type { EnvFile } from '../site/env-file.ts';
import type { ChosenBuildArg } from './build-args.ts';
import { fillBuildArgs } from './fill-build-args.ts';
import { parseApps } from './parse-apps.ts';
import { parseFrappe } from './parse-frappe.ts';
import { findDifferingAliases, findUnusedTokens } from './placeholder-values.ts';

function envOf(values: Record<string, string>): EnvFile {
  const entries = Object.entries(values).map(
    ([key, value], index) =>
      [key, { key, value, line: index + 1, sensitive: /PAT|TOKEN|SECRET|PASSWORD/.test(key) }] as const,
  );
  return { path: '.env', text: '', entries: new Map(entries) };
}
function entryOf(url: string, branch?: string): AppEntry {
  return { index: 0, line: 3, url, branch, extra: {} };
}
const source = (values: Record<string, string>) => ({
  env: envOf(values),
  tokenAliases: [['PAT_DESIRED_EFFECT', 'DE_MACRS_PAT']],
});
const TOKEN = 'ghp_abc';
const buildArgsOf = (values: Record<string, string>): ChosenBuildArg[] =>
  Object.entries(values).map(([name, value]) => ({
    name,
    value,
    source: 'config',
    place: { file: `${name}.file`, line: 7 },
  }));

describe('parseApps', () => {
  test.each([
    ['https://${ACME_PAT}@github.com/acme/warehouse', 'x-access-token', TOKEN],
    ['https://{{ ACME_PAT }}@github.com/acme/warehouse', 'x-access-token', TOKEN],
    ['https://${ACME_PAT}:@github.com/acme/warehouse', 'x-access-token', TOKEN],
    ['https://${ACME_PAT}:x-oauth-basic@github.com/acme/warehouse', 'x-access-token', TOKEN],
    ['https://oauth2:${ACME_PAT}@github.com/acme/warehouse', 'oauth2', TOKEN],
    ['https://:${ACME_PAT}@github.com/acme/warehouse', 'x-access-token', TOKEN],
    ['https://${USER_NAME}:${ACME_PAT}@github.com/acme/warehouse', 'me@home', TOKEN],
    ['https://${PAIR_PAT}@github.com/acme/warehouse', 'me', 'p@ss'],
    ['https://x:${ODD_PAT}@github.com/acme/warehouse', 'x', "a@b:c/d'e"],
    ['https://x:${ENCODED_PAT}@github.com/acme/warehouse', 'x', 'p@ss'],
  ])('%s', (url, username, password) => {
    const values = {
      ACME_PAT: TOKEN,
      USER_NAME: 'me@home',
      PAIR_PAT: 'me:p@ss',
      ODD_PAT: "a@b:c/d'e",
      ENCODED_PAT: 'p%40ss',
    };
    const { apps, findings } = parseApps([entryOf(url, 'main')], source(values));
    expect(findings).toEqual([]);
    expect(apps).toHaveLength(1);
    expect(apps[0]).toMatchObject({
      name: 'warehouse',
      url: 'https://github.com/acme/warehouse',
      ref: 'main',
      line: 3,
    });
    expect(apps[0]?.credential?.username).toBe(username);
    expect(apps[0]?.credential?.password.reveal()).toBe(password);
    expect(apps[0]?.credential?.password.name).toMatch(/_PAT$/);
  });

  test('a public app has no credential; a placeholder may be in the path', () => {
    const { apps, usedKeys } = parseApps(
      [entryOf('https://github.com/${ORG}/my.app.git')],
      source({ ORG: 'acme' }),
    );
    expect(apps[0]).toEqual({
      name: 'my',
      url: 'https://github.com/acme/my.app.git',
      ref: undefined,
      credential: undefined,
      line: 3,
      place: { file: 'apps.json', line: 3 },
    });
    expect([...usedKeys]).toEqual(['ORG']);
  });

  test('a literal token is named by its place, never by its value', () => {
    const { apps } = parseApps([entryOf(`https://oauth2:${TOKEN}@github.com/acme/a`)], source({}));
    expect(apps[0]?.credential?.password.name).toBe('written in apps.json, line 3');
  });

  test.each([
    ['PAT_DESIRED_EFFECT', 'DE_MACRS_PAT'],
    ['DE_MACRS_PAT', 'PAT_DESIRED_EFFECT'],
  ])('%s is satisfied by %s', (asked, given) => {
    const { apps, findings, usedKeys } = parseApps(
      [entryOf(`https://\${${asked}}@github.com/acme/a`)],
      source({ [given]: TOKEN, [asked]: '' }),
    );
    expect(findings).toEqual([]);
    expect(apps[0]?.credential?.password.name).toBe(given);
    expect(findUnusedTokens(source({ [given]: TOKEN }), usedKeys)).toEqual([]);
  });

  test.each<[string, string, Record<string, string>, string, string | undefined]>([
    ['unknown', 'https://${NOPE}@github.com/a/b', {}, 'placeholder-unknown', 'NOPE'],
    ['empty', 'https://${NOPE}@github.com/a/b', { NOPE: '' }, 'placeholder-empty', 'NOPE'],
    [
      'no value under either name',
      'https://${DE_MACRS_PAT}@github.com/a/b',
      {},
      'placeholder-unknown',
      'DE_MACRS_PAT',
    ],
    [
      'a line break',
      'https://${A_PAT}@github.com/a/b',
      { A_PAT: `${TOKEN}\nhost=x` },
      'placeholder-unusable',
      'A_PAT',
    ],
    [
      'a space at the end',
      'https://${A_PAT}@github.com/a/b',
      { A_PAT: `${TOKEN} ` },
      'placeholder-unusable',
      'A_PAT',
    ],
    ['a secret in the path', 'https://github.com/${A_PAT}/b', { A_PAT: TOKEN }, 'secret-misplaced', 'A_PAT'],
    ['no organisation', 'https://github.com/b', {}, 'app-url-unusable', undefined],
    ['another scheme', 'git://github.com/a/b', {}, 'app-url-unusable', undefined],
    [
      'a value that is an option of ssh',
      'ssh://${HOST}/a/b',
      { HOST: '-oProxyCommand=x' },
      'app-url-unusable',
      undefined,
    ],
    [
      'a host made of a value',
      'https://${HOST}/a/b',
      { HOST: 'x@evil.example' },
      'app-url-unusable',
      undefined,
    ],
  ])('%s is a finding', (_what, url, values, id, subject) => {
    const { apps, findings } = parseApps([entryOf(url)], source(values));
    expect(apps).toEqual([]);
    expect(findings).toEqual([
      expect.objectContaining({ id, severity: 'error', file: 'apps.json', line: 3 }),
    ]);
    expect(findings[0]?.subject).toBe(subject);
    expect(JSON.stringify(findings)).not.toContain(TOKEN);
  });

  test.each([
    ['git@github.com:acme/warehouse.git', 'ssh://git@github.com/acme/warehouse.git'],
    ['git@github.com:/acme/warehouse', 'ssh://git@github.com/acme/warehouse'],
    ['ssh://git.example:2222/acme/warehouse', 'ssh://git.example:2222/acme/warehouse'],
  ])('%s is queried at %s, without a credential', (written, url) => {
    expect(parseApps([entryOf(written)], source({}))).toMatchObject({
      apps: [{ name: 'warehouse', url, credential: undefined }],
      findings: [],
    });
  });

  test('an entry that is known to be wrong is not reported twice', () => {
    const entry = { ...entryOf('git://github.com/a/b'), isFaulty: true as const };
    expect(parseApps([entry], source({}))).toMatchObject({
      apps: [],
      findings: [],
    });
  });

  test('two names for one token with different values', () => {
    const find = (pat: string, alias: string) =>
      findDifferingAliases(source({ PAT_DESIRED_EFFECT: pat, DE_MACRS_PAT: alias }));
    expect(find('one', 'two')).toMatchObject([{ id: 'token-aliases-differ', file: '.env', line: 2 }]);
    expect(find('one', 'one')).toEqual([]);
    const { env, tokenAliases } = source({ PAT_DESIRED_EFFECT: 'one', DE_MACRS_PAT: 'two' });
    const entries = new Map([...env.entries].map(([key, { line: _, ...entry }]) => [key, entry] as const));
    expect(findDifferingAliases({ env: { ...env, path: ENVIRONMENT, entries }, tokenAliases })).toMatchObject(
      [{ id: 'token-aliases-differ', file: ENVIRONMENT }],
    );
  });

  test('a key whose value cannot be used is not called unused', () => {
    const values = source({ GITHUB_TOKEN: ' ghp_abc' });
    const parsed = parseApps([entryOf('https://${GITHUB_TOKEN}@github.com/a/b')], values);
    expect(parsed.findings.map(({ id }) => id)).toEqual(['placeholder-unusable']);
    expect(findUnusedTokens(values, parsed.usedKeys)).toEqual([]);
  });

  test.each([
    ['.env', /set OTHER in \.env\.$/],
    [ENVIRONMENT, /set OTHER in the environment, and name it in the example/],
  ])('a placeholder that %s lacks', (path, fix) => {
    const { env, tokenAliases } = source({});
    const { findings } = parseApps([entryOf('https://${OTHER}@github.com/a/b')], {
      env: { ...env, path },
      tokenAliases,
    });
    expect(findings).toMatchObject([{ id: 'placeholder-unknown', fix: expect.stringMatching(fix) }]);
  });
});

test.each([
  [{ FRAPPE_BRANCH: '--upload-pack=x' }, 'FRAPPE_BRANCH', 'app-branch-unsafe'],
  [{ FRAPPE_BRANCH: 'v15;x' }, 'FRAPPE_BRANCH', 'app-branch-unsafe'],
  [{ FRAPPE_BRANCH: 'a'.repeat(40) }, 'FRAPPE_BRANCH', 'app-branch-is-commit'],
  [{ FRAPPE_PATH: 'https://github.com/a/b;x' }, 'FRAPPE_PATH', 'app-url-unsafe'],
  [{ FRAPPE_PATH: 'https://github.com/a/my.frappe' }, 'FRAPPE_PATH', 'app-name-dotted'],
])('frappe from %j is refused like an app', (args: Record<string, string>, subject, id) => {
  const { app, findings } = parseFrappe(buildArgsOf(args), args);
  expect(app).toBeUndefined();
  expect(findings).toMatchObject([{ id, subject, severity: 'error', file: `${subject}.file`, line: 7 }]);
});

test('a placeholder without a value is one finding, which names every line', () => {
  const entries = [3, 4, 7].map((line) => ({ ...entryOf('https://${NOPE}@github.com/a/b'), line }));
  expect(parseApps(entries, source({})).findings).toMatchObject([
    { subject: 'NOPE', line: 3, why: expect.stringMatching(/ The same is on the lines 4, 7\.$/) },
  ]);
});

test('a URL with a token outside its user part is not queried, and the token is not shown', () => {
  const token = `ghp_${'a1'.repeat(18)}`;
  const { apps, findings } = parseApps([entryOf(`https://github.com/acme/${token}`)], source({}));
  expect(apps).toEqual([]);
  expect(findings).toMatchObject([{ id: 'app-url-unusable', severity: 'error', line: 3 }]);
  expect(JSON.stringify(findings)).not.toContain(token);
});

test('findUnusedTokens names git tokens only', () => {
  const values = {
    PAT_DESIRED_EFFECT: 't',
    GITHUB_TOKEN: 't',
    GITLAB_READ_TOKEN: 't',
    EMPTY_PAT: '',
    USED_PAT: 't',
    DB_PASSWORD: 't',
    TELEGRAM_TOKEN: 't',
    COMPAT_PATH: 't',
  };
  const findings = findUnusedTokens(source(values), new Set(['USED_PAT']));
  expect(findings.map(({ subject }) => subject)).toEqual([
    'PAT_DESIRED_EFFECT',
    'GITHUB_TOKEN',
    'GITLAB_READ_TOKEN',
  ]);
});

describe('build args', () => {
  test('are filled, and secret as soon as a secret went in', () => {
    const { args, findings, usedKeys } = fillBuildArgs(
      buildArgsOf({
        FRAPPE_PATH: 'https://${ACME_PAT}@github.com/acme/frappe',
        FRAPPE_BRANCH: 'version-${MAJOR}',
        LICENCE: 'key={{ LICENCE_SECRET }}',
        PYTHON_VERSION: '3.11.6',
      }),
      source({ ACME_PAT: "t'1", MAJOR: '15', LICENCE_SECRET: 's' }),
    );
    expect(findings).toEqual([]);
    expect([...usedKeys]).toEqual(['ACME_PAT', 'MAJOR', 'LICENCE_SECRET']);
    expect((args.FRAPPE_PATH as Secret).reveal()).toBe('https://t%271@github.com/acme/frappe');
    expect(args.FRAPPE_BRANCH).toBe('version-15');
    expect((args.LICENCE as Secret).reveal()).toBe('key=s');
    expect(args.PYTHON_VERSION).toBe('3.11.6');
  });

  test('with a placeholder without a value are findings', () => {
    const { args, findings } = fillBuildArgs(buildArgsOf({ A: '${NOPE}' }), source({}));
    expect(args).toEqual({});
    expect(findings).toMatchObject([{ id: 'placeholder-unknown', file: 'A.file', line: 7, subject: 'NOPE' }]);
  });

  test('name frappe', () => {
    const given = buildArgsOf({
      FRAPPE_PATH: 'https://${ACME_PAT}@github.com/acme/our-frappe',
      FRAPPE_BRANCH: 'v15.1.0',
    });
    const { app } = parseFrappe(given, fillBuildArgs(given, source({ ACME_PAT: TOKEN })).args);
    expect(app).toMatchObject({ name: 'frappe', url: 'https://github.com/acme/our-frappe', ref: 'v15.1.0' });
    expect(app?.credential?.password.name).toBe('ACME_PAT');
    expect(app?.credential?.password.reveal()).toBe(TOKEN);
  });

  test('name frappe as bench does where they say nothing, and refuse what is no URL', () => {
    expect(parseFrappe([], {}).app).toMatchObject({
      url: 'https://github.com/frappe/frappe.git',
      ref: undefined,
    });
    expect(parseFrappe([], { FRAPPE_PATH: '/srv/frappe' })).toMatchObject({
      app: undefined,
      findings: [{ id: 'app-url-unusable', subject: 'FRAPPE_PATH' }],
    });
  });
});

test('an entry that is refused is asked of no host, and what is written into it stays hidden', () => {
  const entry = { ...entryOf('https://jdoe:hunter2hunter2@github.com/acme/a'), isFaulty: true as const };
  const { apps, refused } = parseApps([entry], source({}));
  expect(apps).toEqual([]);
  expect(refused.map((secret) => secret.reveal())).toEqual(['hunter2hunter2']);
});

test('the name of a user is no token', () => {
  const { apps } = parseApps([entryOf('https://user@dev.azure.com/org/project/_git/repo')], source({}));
  expect(apps).toMatchObject([{ url: 'https://dev.azure.com/org/project/_git/repo', credential: undefined }]);
});
