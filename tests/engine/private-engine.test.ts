import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import {
  BUSYBOX_IMAGE,
  ensureBaseImages,
  type PrivateEngine,
  privateEngineVersions,
  requestEngine,
  runCommand,
  startPrivateEngine,
} from '@de-build/testbed';
import { afterEach, expect, test } from '@jest/globals';
import { withPrivateEngines } from './on-each-engine.ts';

withPrivateEngines('a private engine', () => {
  const engines: PrivateEngine[] = [];
  afterEach(async () => {
    await Promise.all(engines.splice(0).map((engine) => engine.stop()));
  });

  test.each(privateEngineVersions())(
    '%s keeps its data through a kill and leaves nothing behind',
    async (version) => {
      const engine = await startPrivateEngine({ version });
      engines.push(engine);
      await ensureBaseImages(engine.host, [BUSYBOX_IMAGE]);
      // A container that outlives the daemon, as a build step does.
      await docker(engine, [
        'run',
        '--detach',
        '--stop-signal=KILL',
        '--network=host',
        BUSYBOX_IMAGE,
        'sleep',
        '600',
      ]);

      await engine.kill();
      await expect(requestEngine(engine.host, { path: '/_ping' })).rejects.toThrow(/ECONNREFUSED|ENOENT/);
      await engine.restart();
      expect(await docker(engine, ['image', 'ls', '--quiet', BUSYBOX_IMAGE])).not.toBe('');
      await docker(engine, ['run', '--detach', '--stop-signal=KILL', BUSYBOX_IMAGE, 'sleep', '600']);

      const bridge = await readFile(`${engine.folder}/bridge`, 'utf8');
      expect(existsSync(`/sys/class/net/${bridge}`)).toBe(true);
      await engine.stop();
      expect(existsSync(engine.folder)).toBe(false);
      expect(existsSync(`/sys/class/net/${bridge}`)).toBe(false);
      expect(await readFile('/proc/self/mountinfo', 'utf8')).not.toContain(engine.folder);
      expect(await processesNaming(engine.folder)).toEqual([]);
    },
  );

  test('two of them run side by side', async () => {
    const [version = '20.10'] = privateEngineVersions();
    engines.push(...(await Promise.all([startPrivateEngine({ version }), startPrivateEngine({ version })])));
    const ids = await Promise.all(engines.map((engine) => docker(engine, ['info', '--format={{.ID}}'])));
    expect(new Set(ids).size).toBe(2);
  });
});

function docker(engine: PrivateEngine, args: readonly string[]): Promise<string> {
  return runCommand(engine.dockerCli.command, args, {
    environment: { ...process.env, ...engine.dockerCli.env },
  });
}

async function processesNaming(folder: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.filter((line) => line.includes(folder));
}
