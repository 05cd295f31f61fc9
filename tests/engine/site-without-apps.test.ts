import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildRelease, connectEngine, type Engine, verifyRelease } from '@de-build/core';
import { removeRepository, type SharedEngine } from '@de-build/testbed';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { onEachEngine } from './on-each-engine.ts';

const TOKEN = `npm_${randomBytes(18).toString('hex')}`;
const NPMRC = `//npm.example/:_authToken=${TOKEN}\n`;

onEachEngine('a site without apps', (engine) => {
  const image = `de-build-test/${randomBytes(6).toString('hex')}`;
  let client: Engine;
  let folder: string;
  beforeAll(async () => {
    client = await connectEngine({ environment: {}, host: engine.host });
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'de-build-without-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
    await removeRepository(engine.host, image);
  });
  afterAll(() => client.close());

  async function write(lines: readonly string[], config: object = {}): Promise<void> {
    const files = {
      '.env': `DE_SITE_VERSION=1.0.0\nNPM=${TOKEN}\nDB_PASSWORD_SECRETS_FILE=\n`,
      'de-example.env': 'DE_SITE_VERSION=1.0.0\nNPM=\nDB_PASSWORD_SECRETS_FILE=\n',
      'images/custom/Containerfile': [`FROM ${engine.busyboxImage}`, ...lines].join('\n'),
      'de-build.json': JSON.stringify({ image, minimumFreeDisk: '1MB', ...config }),
      '.secrets/npmrc': NPMRC,
    };
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
  }

  const options = (shared: SharedEngine) => ({
    site: folder,
    host: shared.host,
    environment: { PATH: process.env.PATH, HOME: process.env.HOME },
  });

  test('is released, recorded and verified', async () => {
    await write(['RUN echo hello > /hello']);
    const { manifest } = await buildRelease(options(engine)).result;
    expect(manifest).toMatchObject({ dialect: 'none', apps: [], frappe: null, audit: { outcome: 'clean' } });
    expect((await client.images.list(image)).map(({ tag }) => tag)).toEqual(['1.0.0']);
    const written = JSON.parse(await readFile(join(folder, 'build-manifests/1.0.0.json'), 'utf8'));
    expect(written.dialect).toBe('none');
    const verified = await verifyRelease(options(engine));
    expect(JSON.stringify(verified)).not.toContain('"differs"');
  });

  test('gives its secrets to the steps that mount them, and to nothing else', async () => {
    const mounts =
      '--mount=type=secret,id=npmrc,target=/root/.npmrc,required=true --mount=type=secret,id=npm';
    await write(
      [`RUN ${mounts} wc -c < /root/.npmrc > /size && wc -c < /run/secrets/npm >> /size`, 'COPY . /context'],
      { secrets: { npmrc: { file: '.secrets/npmrc' }, npm: 'NPM' } },
    );
    const { imageId, manifest } = await buildRelease(options(engine)).result;
    const size = await client.images.readFile(imageId, '/size');
    expect(size?.toString()).toBe(`${NPMRC.length}\n${TOKEN.length}\n`);
    expect(await client.images.readFile(imageId, '/context/.secrets/npmrc')).toBeUndefined();
    expect(manifest.audit).toMatchObject({ outcome: 'clean', secrets: 2 });
  });

  test('is refused when a step writes a part of a secret file', async () => {
    await write(['RUN --mount=type=secret,id=npmrc,target=/n sed "s/.*Token=//" /n > /leak'], {
      secrets: { npmrc: { file: '.secrets/npmrc' } },
    });
    const failure = await buildRelease(options(engine)).result.catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'image-leaks' });
    expect(JSON.stringify(failure)).not.toContain(TOKEN);
    expect(await client.images.list(image)).toEqual([]);
  });
});
