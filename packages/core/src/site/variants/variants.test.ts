import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readComposeItems } from './compose-items.ts';
import { readContainerfileItems } from './containerfile-items.ts';
import { readVariants } from './read-variants.ts';
import { findGaps } from './variant.ts';

let site: string;
beforeEach(async () => {
  site = await mkdtemp(join(tmpdir(), 'de-build-variants-'));
});
afterEach(() => rm(site, { recursive: true, force: true }));

async function gapsOf(files: Readonly<Record<string, string>>) {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(site, path)), { recursive: true });
    await writeFile(join(site, path), text);
  }
  const groups = await readVariants(site, 'images/Containerfile');
  return groups.flatMap(findGaps).map(({ kind, lacking, items }) => ({
    [`${lacking} lacks ${kind}`]: items.map(({ name, service, file, line }) =>
      [service, name, `${file}:${line}`].filter((part) => part !== undefined).join(' '),
    ),
  }));
}

const service = (name: string, ...lines: readonly string[]) =>
  [`  ${name}:`, '    image: x', ...lines.map((line) => `    ${line}`), ''].join('\n');

describe('Compose files', () => {
  test('lack services, variables, volumes, ports and build args of each other', async () => {
    const prod = service('backend', 'environment: {A: 1, B: 2}', 'volumes: [sites:/sites, "./x:/x:ro"]');
    const local = service(
      'backend',
      'environment:',
      '  - A=3',
      'volumes:',
      '  - type: volume',
      '    target: /sites',
    );
    expect(
      await gapsOf({
        'compose.prod.yaml': `services:\n${prod}${service('proxy', 'ports: ["443:443"]')}`,
        'compose.local.yaml': `services:\n${local}`,
      }),
    ).toEqual([
      { 'compose.local.yaml lacks environment key': ['backend B compose.prod.yaml:4'] },
      { 'compose.local.yaml lacks volume': ['backend /x compose.prod.yaml:5'] },
      { 'compose.local.yaml lacks service': ['proxy compose.prod.yaml:6'] },
    ]);
  });

  test('that need the one without a place count with it', async () => {
    const base = `services:\n${service('backend')}${service('db')}`;
    const over = (key: string) => `services:\n  backend:\n    environment: {${key}: 1}\n`;
    expect(await gapsOf({ 'compose.yaml': base, 'compose.override.yaml': over('A') })).toEqual([]);
    expect(await gapsOf({ 'compose.prod.yaml': over('B') })).toEqual([
      { 'compose.override.yaml lacks environment key': ['backend B compose.prod.yaml:3'] },
      { 'compose.prod.yaml lacks environment key': ['backend A compose.override.yaml:3'] },
    ]);
  });

  test('may lack on purpose', async () => {
    const files = (mark: string) => ({
      'compose.prod.yaml': `services:\n${service('backend', `environment:${mark}`, '  A: 1')}`,
      'compose.local.yaml': `services:\n${service('backend', 'environment: {}')}`,
    });
    expect(await gapsOf(files(''))).toHaveLength(1);
    expect(await gapsOf(files(' # de-build: only here'))).toEqual([]);
    expect(await gapsOf(files('\n      # de-build: only here'))).toEqual([]);
  });

  test('of other parts are no variants', async () => {
    const one = (name: string) => `services:\n${service(name)}`;
    const parts = {
      'compose.yaml': one('a'),
      'compose.mariadb.yaml': one('b'),
      'compose.redis.yaml': one('c'),
    };
    expect(await gapsOf(parts)).toEqual([]);
  });

  test('are read with anchors and merges', () => {
    const text =
      'x: &x\n  environment: {A: 1}\nservices:\n  a:\n    <<: *x\n    image: y\n  b:\n    <<: [*x]\n    environment: {B: 1}\n';
    const found = readComposeItems('f', text);
    expect(found?.isWhole).toBe(false);
    expect(found?.items.filter(({ kind }) => kind === 'environment key')).toMatchObject([
      { service: 'a', name: 'A', line: 2 },
      { service: 'b', name: 'B', line: 9 },
    ]);
    expect(readComposeItems('f', 'a: [')).toBeUndefined();
  });

  test.each([
    ['"127.0.0.1:${PORT:-8080}:80/tcp"', 'port', '80'],
    ['"53:53/udp"', 'port', '53/udp'],
    ['{target: 9000, published: 1}', 'port', '9000'],
    ['"${DIR:-./x}:/y:ro"', 'volume', '/y'],
    ['/logs', 'volume', '/logs'],
  ])('%s is the %s %s', (written, kind, name) => {
    const text = `services:\n${service('a', `${kind}s: [${written}]`)}`;
    expect(readComposeItems('f', text)?.items.find((one) => one.kind === kind)?.name).toBe(name);
  });
});

describe('Containerfiles', () => {
  test('lack build args and packages of each other', async () => {
    expect(
      await gapsOf({
        'images/Containerfile':
          'FROM x\nARG A=1\nRUN apt-get update && apt-get install -y \\\n  git \\\n  vim=2:9\n',
        'images/Containerfile.prod': 'FROM x\nRUN apt-get install -y git\n',
      }),
    ).toEqual([
      { 'images/Containerfile.prod lacks build arg': ['A images/Containerfile:2'] },
      { 'images/Containerfile.prod lacks package': ['vim images/Containerfile:5'] },
    ]);
  });

  test.each([
    ['RUN apk add --no-cache --virtual deps curl', ['curl']],
    ['RUN pip install --upgrade "ipdb==0.13" -r requirements.txt debugpy[x]', ['ipdb', 'debugpy']],
    ['RUN python3 -m pip install rq', ['rq']],
    ['RUN npm install -g @scope/tool@1 yarn', ['@scope/tool', 'yarn']],
    ['RUN npm install left-pad', []],
    ['RUN echo apt-get install x', []],
  ])('%s', (line, names) => {
    expect(readContainerfileItems('f', `FROM x\n${line}\n`).map(({ name }) => name)).toEqual(names);
  });

  test('have the comment on the line above, also within a step', () => {
    const text =
      'FROM x\n# de-build: only here\nARG A\nRUN apt-get install \\\n  git \\\n  # de-build: only here\n  vim\n';
    expect(readContainerfileItems('f', text).map(({ name, isOnPurpose }) => [name, isOnPurpose])).toEqual([
      ['A', true],
      ['git', false],
      ['vim', true],
    ]);
  });
});
