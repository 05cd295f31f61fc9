import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BUSYBOX_IMAGE,
  ensureBaseImages,
  type PrivateEngine,
  privateEngineVersions,
  startPrivateEngine,
} from '@de-build/testbed';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { connectEngine } from '../../packages/core/src/engine/connect-engine.ts';
import { withPrivateEngines } from './on-each-engine.ts';

withPrivateEngines('an engine that dies', () => {
  let folder: string;
  let own: PrivateEngine;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'de-build-killed-'));
  });

  afterEach(async () => {
    await own.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test.each(privateEngineVersions())(
    'in the middle of a classic build is an error, and no image (%s)',
    async (version) => {
      own = await startPrivateEngine({ version });
      await ensureBaseImages(own.host, [BUSYBOX_IMAGE]);
      await writeFile(
        join(folder, 'Dockerfile'),
        `FROM ${BUSYBOX_IMAGE}\nRUN echo begun; sleep 30\nRUN true\n`,
      );
      const engine = await connectEngine({ environment: {}, host: own.host });
      let killed: Promise<void> | undefined;
      const building = engine.build({
        contextFolder: folder,
        containerfile: join(folder, 'Dockerfile'),
        tags: ['killed:1'],
        buildArgs: {},
        secrets: {},
        labels: {},
        noCache: true,
        pull: false,
        neverSend: [],
        builder: 'classic',
        onEvent: (event) => {
          if (event.type === 'build-log' && event.text === 'begun\n') killed = own.kill('SIGKILL');
        },
      });
      await expect(building).rejects.toMatchObject({ code: 'engine-lost', exitCode: 5 });
      await killed;
      await expect(engine.about()).rejects.toMatchObject({ code: 'engine-not-running' });
      await own.restart();
      expect(await engine.images.inspect('killed:1')).toBeUndefined();
      await engine.close();
    },
    180_000,
  );
});
