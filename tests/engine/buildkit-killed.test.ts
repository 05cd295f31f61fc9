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
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { BuildEvent } from '../../packages/core/src/engine/build-event.ts';
import { connectEngine } from '../../packages/core/src/engine/connect-engine.ts';
import { withPrivateEngines } from './on-each-engine.ts';

const POINTS: readonly (readonly [string, (event: BuildEvent) => boolean])[] = [
  ['at the first sign of life', () => true],
  [
    'while the context goes over',
    (event) => event.type === 'progress' && event.title.includes('context') && event.current > 1_000_000,
  ],
  ['in the middle of a step', (event) => event.type === 'build-log' && event.text.includes('begun')],
  ['while the image is written', (event) => event.type === 'build-step' && /^exporting/.test(event.name)],
];

withPrivateEngines('an engine that is killed in the middle of a BuildKit build', () => {
  describe.each(privateEngineVersions())('%s', (version) => {
    let folder: string;
    let own: PrivateEngine;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'de-build-killed-'));
      own = await startPrivateEngine({ version });
      await ensureBaseImages(own.host, [BUSYBOX_IMAGE]);
      await writeFile(join(folder, 'large'), Buffer.alloc(60_000_000, 'large'));
    });

    afterAll(async () => {
      await own.stop();
      await rm(folder, { recursive: true, force: true });
    });

    test.each(POINTS)('%s, is an error within seconds, and no image', async (_, isThePoint) => {
      const steps = 'COPY large /\nRUN echo begun; sleep 2\nRUN head -c 200000000 /dev/urandom > /big\n';
      await writeFile(join(folder, 'Containerfile'), `FROM ${BUSYBOX_IMAGE}\n${steps}`);
      const engine = await connectEngine({ environment: {}, host: own.host });
      let killed: Promise<void> | undefined;
      let killedAt = 0;
      const building = engine.build({
        contextFolder: folder,
        containerfile: join(folder, 'Containerfile'),
        tags: ['killed:1'],
        buildArgs: {},
        secrets: {},
        labels: {},
        noCache: true,
        pull: false,
        neverSend: [],
        onEvent: (event) => {
          if (killed !== undefined || !isThePoint(event)) return;
          killedAt = performance.now();
          killed = own.kill('SIGKILL');
        },
      });
      await expect(building).rejects.toMatchObject({ code: 'engine-lost', exitCode: 5 });
      expect(killed).toBeDefined();
      expect(performance.now() - killedAt).toBeLessThan(20_000);
      await killed;
      await expect(engine.about()).rejects.toMatchObject({ code: 'engine-not-running' });
      await own.restart();
      expect(await engine.images.inspect('killed:1')).toBeUndefined();
      await engine.close();
    });
  });
});
