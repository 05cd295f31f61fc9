import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findCompose } from '@de-build/testbed';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { askCompose } from '../../packages/core/src/site/ask-compose.ts';
import type { ComposeFile } from '../../packages/core/src/site/compose-files.ts';
import { parseEnv } from '../../packages/core/src/site/env-file.ts';
import { judgeCompose, readComposeServices } from '../../packages/core/src/site/judge-compose.ts';
import { defaultSiteConfig } from '../../packages/core/src/site/site-config.ts';

const ENV =
  'DE_SITE_VERSION=1.4.0\nCUSTOM_IMAGE=acme/erp\nCUSTOM_TAG=${DE_SITE_VERSION}\nDB_PASSWORD=hunter-2\n';
const IMAGE = '${CUSTOM_IMAGE:-frappe/erpnext}:${CUSTOM_TAG:-v15}';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'de-build-compose-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

const compose = await findCompose();
if (compose === undefined)
  test.skip('Compose is asked: skipped, because there is no Docker Compose 2', () => undefined);
else {
  /** Only Compose is there, as a program of its own. */
  const ask = async (files: Readonly<Record<string, string>>, env = ENV) => {
    await write({ ...files, 'prod.env': env });
    await mkdir(join(folder, 'bin'));
    await symlink(compose.command, join(folder, 'bin/docker-compose'));
    return askCompose({
      folder,
      envFile: 'prod.env',
      environment: { PATH: join(folder, 'bin'), CUSTOM_TAG: 'no' },
    });
  };

  describe(`Docker Compose ${compose.version}`, () => {
    test.each<[string, Readonly<Record<string, string>>, string, readonly string[]]>([
      [
        'an anchor that a service merges',
        {
          'compose.yaml': `x-i: &i\n  image: ${IMAGE}\n  pull_policy: never\nservices:\n  a:\n    <<: *i\n  db:\n    image: mariadb:11\n`,
        },
        ENV,
        ['acme/erp:1.4.0 never variable', 'mariadb:11'],
      ],
      [
        'an override',
        {
          'compose.yaml': 'services:\n  a:\n    image: frappe/erpnext:v15\n',
          'compose.override.yaml': `services:\n  a:\n    image: ${IMAGE}\n`,
        },
        ENV,
        ['acme/erp:1.4.0 variable'],
      ],
      [
        'the files of COMPOSE_FILE, in their order',
        {
          'a/main.yaml': `services:\n  a:\n    image: ${IMAGE}\n`,
          'over.yaml': 'services:\n  a:\n    image: acme/other:1\n',
        },
        `${ENV}COMPOSE_FILE=a/main.yaml:over.yaml\n`,
        ['acme/other:1'],
      ],
      [
        'extends',
        {
          'compose.yaml': 'services:\n  a:\n    extends: { file: base.yaml, service: b }\n',
          'base.yaml': `services:\n  b:\n    image: ${IMAGE}\n`,
        },
        ENV,
        ['acme/erp:1.4.0 variable'],
      ],
      [
        'include',
        { 'compose.yaml': 'include: [fd/c.yaml]\n', 'fd/c.yaml': `services:\n  a:\n    image: ${IMAGE}\n` },
        ENV,
        ['acme/erp:1.4.0 variable'],
      ],
      [
        'a profile that is not used',
        {
          'compose.yaml': `services:\n  a:\n    image: ${IMAGE}\n  old:\n    image: acme/erp:1.3.0\n    profiles: [old]\n`,
        },
        ENV,
        ['acme/erp:1.4.0 variable'],
      ],
      [
        'a profile that the env file names',
        { 'compose.yaml': `services:\n  old:\n    image: acme/erp:1.3.0\n    profiles: [old]\n` },
        `${ENV}COMPOSE_PROFILES=old\n`,
        ['acme/erp:1.3.0'],
      ],
      [
        'a variable that gives only the tag',
        { 'compose.yaml': 'services:\n  db:\n    image: mariadb:${DE_SITE_VERSION}\n' },
        ENV,
        ['mariadb:1.4.0'],
      ],
      ['a service without an image', { 'compose.yaml': 'services:\n  a:\n    build: .\n' }, ENV, []],
    ])('%s', async (_, files, env, expected) => {
      const answer = await ask(files, env);
      if ('problem' in answer) throw new Error(answer.problem);
      const told = answer.map(({ image, pullPolicy, hasVariableName }) =>
        [
          image,
          ...(pullPolicy === undefined ? [] : [pullPolicy]),
          ...(hasVariableName ? ['variable'] : []),
        ].join(' '),
      );
      expect(told.sort()).toEqual([...expected].sort());
    });

    test.each([
      ['a file that it refuses', 'services: { a: { image: "x", no-such: 1 } }\n'],
      ['a variable that is required', 'services: { a: { image: "${X:?hunter-2}" } }\n'],
      ['a file that is on another machine', 'include: ["https://127.0.0.1:9/a.git"]\n'],
    ])('%s is no answer, and nothing of it is repeated', async (_, text) => {
      expect(await ask({ 'compose.yaml': text })).toEqual({
        problem: expect.stringMatching(/^`docker-compose config` ended with \d+$/),
      });
    });

    test('a merged service with another tag is found, by the first file; a secret in a name is not shown', async () => {
      const text = `services:\n  a:\n    extends: { file: base.yaml, service: b }\n  s:\n    image: acme/erp:$DB_PASSWORD\n`;
      const answer = await ask({
        'compose.yaml': text,
        'base.yaml': 'services:\n  b:\n    image: acme/erp:1.3.0\n',
      });
      if ('problem' in answer) throw new Error(answer.problem);
      const { env } = parseEnv(ENV, '.env');
      const files: readonly ComposeFile[] = [{ path: 'compose.yaml', text }];
      const config = { ...defaultSiteConfig(), image: 'acme/erp' };
      expect(judgeCompose({ config, env }, readComposeServices(answer, files, env))).toMatchObject([
        {
          id: 'compose-tag-differs',
          file: 'compose.yaml',
          what: 'Compose would start acme/erp:1.3.0, not 1.4.0.',
        },
      ]);
    });
  });
}

describe('without an answer of Compose', () => {
  const program = (text: string) => async () => {
    await write({ 'bin/docker': `#!/bin/sh\n${text}\n` });
    await chmod(join(folder, 'bin/docker'), 0o755);
  };

  test.each([
    ['it is not installed', async () => undefined, 'Docker Compose is not installed'],
    ['Docker has no such plugin', program('exit 1'), '`docker compose config` ended with 1'],
    [
      'it prints something else',
      program('echo "[]"'),
      '`docker compose config` printed what is no model of a project',
    ],
  ])('%s', async (_, prepare, problem) => {
    await prepare();
    expect(await askCompose({ folder, envFile: '.env', environment: { PATH: join(folder, 'bin') } })).toEqual(
      { problem },
    );
  });
});
