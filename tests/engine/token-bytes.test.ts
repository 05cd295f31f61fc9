import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { privateEngineVersions } from '@de-build/testbed';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { scanForToken, type TokenBuild } from '../torture/token-bytes.ts';
import { withPrivateEngines } from './on-each-engine.ts';
import { DE_BUILD } from './run-cli.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'de-build-token-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** `npm run torture -- --only token-bytes` builds with every Containerfile. */
withPrivateEngines('the token', () => {
  test.each(privateEngineVersions())(
    'is in no byte of wire, image, history, record, log and disk of Docker Engine %s with sources, and in all with inject',
    async (version) => {
      const builder: TokenBuild = { dialect: 'build-arg', target: 'builder' };
      const { sources, inject } = await scanForToken({
        ...{ cli: DE_BUILD, folder, version },
        sources: [{ dialect: version === '20.10' ? 'secret' : 'cache-bust' }, builder],
        inject: [builder],
      });
      const places = ['wire', 'image', 'history', ...(version === '28.5' ? ['record', 'log'] : []), 'disk'];
      for (const scan of [sources, inject]) {
        expect(scan.map(({ place }) => place)).toEqual(expect.arrayContaining(places));
        for (const { bytes } of scan) expect(bytes).toBeGreaterThan(0);
      }
      expect(sources.filter(({ found }) => found.length > 0)).toEqual([]);
      expect(inject.filter(({ found }) => found.length === 0).map(({ place }) => place)).toEqual([]);
    },
    600_000,
  );
});
