import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { onOneEngine } from './on-each-engine.ts';
import { DE_BUILD } from './run-cli.ts';

onOneEngine('output that nobody reads', (engine) => {
  let site: string;
  beforeAll(async () => {
    site = await mkdtemp(join(tmpdir(), 'de-build-unread-'));
    const files = {
      '.env': 'DE_SITE_VERSION=1.0.0\n',
      'de-example.env': 'DE_SITE_VERSION=1.0.0\n',
      'de-build.json': JSON.stringify({
        image: `de-build-test/${randomBytes(6).toString('hex')}`,
        minimumFreeDisk: '1MB',
      }),
      // A pipe holds 64 KB.
      'images/custom/Containerfile': `FROM ${engine.busyboxImage}\nRUN yes line | head -c 1000000; sleep 600\n`,
    };
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(site, path)), { recursive: true });
      await writeFile(join(site, path), text);
    }
  });
  afterAll(() => rm(site, { recursive: true, force: true }));

  test.each(['plain', 'json'])(
    'does not keep an interrupted release from ending, as %s',
    async (progress) => {
      const { PATH, HOME } = process.env;
      const args = [DE_BUILD, '--no-cache', '--progress', progress, '--host', engine.host];
      const child = spawn(process.execPath, args, {
        cwd: site,
        env: { PATH, HOME },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const ended = once(child, 'exit');
      // What Node buffers itself shows that the command writes; the rest stays in the pipe.
      while (child.stdout.readableLength < child.stdout.readableHighWaterMark) {
        child.stdout.read(0);
        await sleep(50);
      }
      await sleep(500);
      child.kill('SIGINT');
      expect(await ended).toEqual([130, null]);
      child.stdout.destroy();
      child.stderr.destroy();
    },
  );
});
