import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { AppEntry, AppsReading } from './apps-json.ts';
import { judgeApps } from './judge-apps.ts';
import { parseContainerfile } from './parse-containerfile.ts';
import { defaultSiteConfig, type SiteConfig } from './site-config.ts';

const ONE: AppEntry = { index: 0, line: 1, url: 'https://github.com/a/b', branch: 'main', extra: {} };
const SOME: AppsReading = { entries: [ONE], state: 'read', findings: [] };
const EMPTY: AppsReading = { entries: [], state: 'empty', findings: [] };
const MISSING: AppsReading = { entries: [], state: 'missing', findings: [] };

function judge(lines: readonly string[], apps = SOME, config: Partial<SiteConfig> = {}) {
  const parsed = parseContainerfile('Containerfile', Buffer.from(lines.join('\n')));
  return judgeApps(apps, { config: { ...defaultSiteConfig(), ...config }, parsed });
}

const MOUNT = '--mount=type=secret,id=apps_json,target=/opt/frappe/apps.json,uid=1000,gid=1000';
const INIT = 'RUN bench init --apps_path=/opt/frappe/apps.json /home/frappe/frappe-bench';

describe('a list of apps that is copied', () => {
  test('is named with its line, the reason, and the lines to write', () => {
    const [finding] = judge([
      'FROM a',
      'USER root',
      'COPY apps.json /opt/frappe/apps.json',
      'USER frappe',
      INIT,
    ]);
    expect(finding).toMatchObject({ id: 'containerfile-dialect', severity: 'error', line: 3 });
    expect(finding?.what).toBe('Containerfile copies apps.json from the context (line 3).');
    expect(finding?.why).toMatch(/token.*layer/);
    expect(finding?.fix).toBe(
      `Replace line 3 by \`ARG CACHE_BUST=""\`, and in line 5 write \`RUN ${MOUNT}\` in place of \`RUN\`.`,
    );
  });

  test.each<[string, string | RegExp, Partial<SiteConfig>?]>([
    ['ADD apps.json /opt/frappe/apps.json', `RUN ${MOUNT}`],
    ['COPY ./apps.json /opt/frappe/apps.json', `RUN ${MOUNT}`],
    ['COPY /apps.json /opt/frappe/apps.json', `RUN ${MOUNT}`],
    ['COPY --chown=frappe:frappe ./apps.json /opt/frappe/', `RUN ${MOUNT}`],
    ['COPY --chown=1000:1000 --chmod=0644 apps.json /opt/frappe', `RUN ${MOUNT}`],
    ['COPY ["apps.json", "/opt/frappe/apps.json"]', `RUN ${MOUNT}`],
    ['COPY apps.json* /opt/frappe/', `RUN ${MOUNT}`],
    ['COPY *.json /opt/frappe/', `RUN ${MOUNT}`],
    ['copy apps.json \\\n  /opt/frappe/apps.json', /in line 4 write/],
    ['COPY requirements.txt apps.json /opt/frappe/', '`COPY requirements.txt /opt/frappe/`'],
    ['COPY --link ["a.txt", "apps.json", "/opt/frappe/"]', '`COPY --link ["a.txt","/opt/frappe/"]`'],
    ['ARG F=apps.json\nCOPY $F /opt/frappe/apps.json', `RUN ${MOUNT}`],
    ['WORKDIR /opt/frappe\nCOPY apps.json ./', `RUN ${MOUNT}`],
    ['COPY . /opt/frappe', '`COPY . /opt/frappe`'],
    ['COPY site/my-apps.json /opt/frappe/apps.json', `RUN ${MOUNT}`, { apps: 'site/my-apps.json' }],
    [
      'COPY my-apps.json /opt/frappe/apps.json',
      `RUN ${MOUNT}`,
      { apps: 'site/my-apps.json', context: 'site' },
    ],
    ['ADD https://example.com/x/apps.json /opt/frappe/apps.json', `RUN ${MOUNT}`],
    ['ARG CACHE_BUST=""\nCOPY apps.json /opt/frappe/apps.json', /^Remove line 3, and in line 4/],
  ])('%s', (...[copy, fix, config]) => {
    const findings = judge(['FROM a', copy, INIT], SOME, config);
    expect(findings).toMatchObject([{ id: 'containerfile-dialect' }]);
    expect(findings[0]?.fix).toEqual(
      typeof fix === 'string' ? expect.stringContaining(fix) : expect.stringMatching(fix),
    );
  });

  test('elsewhere: the target is that of the COPY, and every RUN that reads it gets the mount', () => {
    const [finding] = judge([
      'FROM a',
      'COPY apps.json /tmp/list.json',
      'RUN cat /tmp/list.json',
      'RUN true',
      'RUN <<EOF\nbench init --apps_path /tmp/list.json x\nEOF',
    ]);
    expect(finding?.fix).toContain('in lines 3 and 5 write');
    expect(finding?.fix).toContain('target=/tmp/list.json,uid=1000,gid=1000');
  });

  test('is reported too where the file takes the secret: de-build never sends it', () => {
    const lines = ['FROM a', 'COPY apps.json /x/', `RUN ${MOUNT} bench init`];
    expect(judge(lines)).toMatchObject([{ id: 'containerfile-dialect', line: 2 }]);
  });

  test.each([
    'COPY --from=other apps.json /opt/frappe/apps.json',
    'COPY resources/ /opt/frappe/',
    'COPY . /home/frappe',
    'COPY sites/apps.txt /opt/frappe/',
    'COPY * /x/',
  ])('%s is none', (copy) => {
    expect(judge(['FROM a', copy, 'RUN bench init'])[0]?.what).toBe('Containerfile does not read apps.json.');
  });
});

describe('other ways', () => {
  test.each([
    [
      'RUN --mount=type=bind,source=apps.json,target=/opt/frappe/apps.json bench init',
      /mounts apps.json from/,
      MOUNT,
    ],
    ['RUN --mount=source=apps.json,target=/a.json bench init', /mounts apps.json from/, 'target=/a.json'],
    [
      'RUN --mount=type=secret,id=apps-json,target=/a bench init',
      /secret apps-json/,
      '`id=apps_json` in line 2',
    ],
    [
      'RUN --mount=type=secret,id=x,target=/opt/apps.json bench init',
      /secret x /,
      '`id=apps_json` in line 2',
    ],
    ['ARG APPS_JSON\nRUN echo $APPS_JSON > /a', /build arg APPS_JSON /, 'ARG APPS_JSON`'],
    ['ARG APPS_JSON_B64', /build arg APPS_JSON_B64/, MOUNT],
  ])('%s', (line, what, fix) => {
    const [finding] = judge(['FROM a', line]);
    expect(finding).toMatchObject({ id: 'containerfile-dialect', severity: 'error', line: 2 });
    expect(finding?.what).toMatch(what);
    expect(finding?.fix).toContain(fix);
  });

  test('the build arg before the first FROM only', () => {
    expect(judge(['ARG APPS_JSON_BASE64', 'FROM a'])[0]?.fix).toContain('in the stage that uses it');
  });

  test.each(['ARG APPS_JSON_PATH=/opt/frappe/apps.json', 'ENV APPS_JSON=x'])('%s is none', (line) => {
    expect(judge(['FROM a', line])[0]?.what).toContain('does not read');
  });

  test('a secret of the site itself, and a build arg that de-build.json sets, are no list of ours', () => {
    const line = 'RUN --mount=type=secret,id=apps-json bench init';
    expect(judge(['FROM a', line], EMPTY, { secrets: { 'apps-json': { env: 'A' } } })).toEqual([]);
    expect(judge(['FROM a', 'ARG APPS_JSON'], EMPTY, { buildArgs: { APPS_JSON: 'x' } })).toEqual([]);
  });
});

describe('a Containerfile that takes no list', () => {
  const production = [
    'FROM a AS builder',
    'ARG ERPNEXT_REPO=https://github.com/frappe/erpnext',
    'RUN bench init x && cd x && \\',
    '  bench get-app erpnext ${ERPNEXT_REPO}',
  ];

  test('says so, and does not say that the image would be without apps', () => {
    const [finding] = judge(production);
    expect(finding).toMatchObject({ id: 'containerfile-dialect', severity: 'error', line: 3 });
    expect(finding?.why).toContain('Line 3 clones https://github.com/frappe/erpnext by itself.');
    expect(JSON.stringify(finding)).not.toMatch(/without any app|empty/);
  });

  test('is right for a site without apps', () => {
    expect(judge(production, EMPTY)).toEqual([]);
    expect(judge(production, MISSING)).toEqual([]);
  });

  test('a list that de-build.json names must exist', () => {
    expect(judge(production, MISSING, { apps: 'my-apps.json' })).toMatchObject([{ id: 'apps-missing' }]);
  });
});

test('a Containerfile that takes a list needs one', () => {
  const lines = ['FROM a', 'ARG APPS_JSON_BASE64'];
  expect(judge(lines, MISSING)).toMatchObject([{ id: 'apps-missing' }]);
  expect(judge(lines, EMPTY)).toMatchObject([{ id: 'apps-empty' }]);
});

test('the example site takes its apps as a secret', () => {
  const path = join(import.meta.dirname, '../../../../examples/mini-erp/images/custom/Containerfile');
  expect(judge([readFileSync(path, 'utf8')])).toEqual([]);
});
