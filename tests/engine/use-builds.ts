import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { SharedEngine } from '@de-build/testbed';
import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { connectEngine } from '../../packages/core/src/engine/connect-engine.ts';
import type { BuildRequest, BuiltImage, Engine } from '../../packages/core/src/engine/engine.ts';

/** Builds of contexts that a test writes. */
export interface Builds {
  readonly engine: Engine;
  /** Of all that these builds tag; nothing is left of it after each test. */
  readonly repository: string;
  /** Of this test alone. */
  readonly folder: string;
  /** A folder in that. */
  readonly context: string;
  /** Writes files of the context; `FROM BASE` becomes an image of this engine. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Builds `Containerfile` as `repository:ours` by default. */
  build(change?: Partial<BuildRequest>, engine?: Engine): Promise<BuiltImage>;
}

/** For the tests of a `describe`, which calls it once. */
export function useBuilds(
  shared: Pick<SharedEngine, 'host' | 'busyboxImage'>,
  defaults: Partial<BuildRequest> = {},
): Builds {
  const repository = `de-build-test/${randomUUID().slice(0, 8)}`;
  let engine: Engine;
  let folder: string;
  let context: string;

  beforeAll(async () => {
    engine = await connectEngine({ environment: {}, host: shared.host });
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'de-build-builds-'));
    // Engines keep copies of contexts by this name, and are lax about the times of folders in them.
    context = join(folder, randomUUID());
    await mkdir(context);
  });
  afterEach(async () => {
    for (const { tag } of await engine.images.list(repository))
      await engine.images.untag(`${repository}:${tag}`);
    await rm(folder, { recursive: true, force: true });
  });
  afterAll(() => engine.close());

  return {
    repository,
    get engine() {
      return engine;
    },
    get folder() {
      return folder;
    },
    get context() {
      return context;
    },
    async write(files) {
      for (const [path, text] of Object.entries(files)) {
        const file = join(context, path);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, text.replaceAll('FROM BASE', `FROM ${shared.busyboxImage}`));
      }
    },
    build: (change = {}, builder = engine) =>
      builder.build({
        contextFolder: context,
        containerfile: join(context, 'Containerfile'),
        tags: [`${repository}:ours`],
        buildArgs: {},
        secrets: {},
        labels: {},
        noCache: false,
        pull: false,
        neverSend: [],
        ...defaults,
        ...change,
      }),
  };
}
