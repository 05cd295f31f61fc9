import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { BuildEvent } from '../../packages/core/src/engine/build-event.ts';
import type { BuildRequest } from '../../packages/core/src/engine/engine.ts';
import { Secret } from '../../packages/core/src/secrets/secret.ts';
import { onEachEngine } from './on-each-engine.ts';
import { useBuilds } from './use-builds.ts';

onEachEngine('a BuildKit build', (shared) => {
  let events: BuildEvent[];
  const builds = useBuilds(shared, {
    onEvent: (event) => events.push(event),
  });
  const { write, build } = builds;
  beforeEach(() => {
    events = [];
  });

  const logged = () => events.flatMap((event) => (event.type === 'build-log' ? [event.text] : [])).join('');
  const states = (name: RegExp) =>
    events.flatMap((event) => (event.type === 'build-step' && name.test(event.name) ? [event.state] : []));

  test('takes args, labels, a target and several tags, and is cached the second time', async () => {
    await write({
      Containerfile:
        'FROM BASE AS first\nARG WORD\nRUN echo "said $WORD" | tee /word\nFROM first\nRUN echo second > /word\n',
    });
    const ask = {
      buildArgs: { WORD: new Secret('WORD', 'hello, wörld & =%') },
      labels: { 'org.example.key': 'välue "quoted"' },
      tags: [`${builds.repository}:ours`, `${builds.repository}:second`],
      target: 'first',
    };
    const image = await build({ ...ask, noCache: true });
    expect(image.id).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(logged()).toContain('said hello, wörld & =%');
    expect(states(/RUN echo "said/)).toEqual(['started', 'done']);
    expect(await builds.engine.images.readFile(image.id, '/word')).toEqual(
      Buffer.from('said hello, wörld & =%\n'),
    );
    const details = await builds.engine.images.inspect(image.id);
    expect(details?.labels).toMatchObject(ask.labels);
    expect([...(details?.tags ?? [])].sort()).toEqual(ask.tags);

    events = [];
    const again = await build(ask);
    expect(again.id).toBe(image.id);
    // On a slow machine the look-up in the cache itself takes long enough to be reported.
    expect(states(/RUN echo "said/).filter((state) => state !== 'started')).toEqual(['cached']);
    expect(again.steps.find((step) => /RUN/.test(step.name))).toMatchObject({ cached: true });
  });

  test('gives a secret to the step that mounts it, even after a long time, and to no layer', async () => {
    const value = `line one\nlïne two ${'x'.repeat(300_000)}`;
    await write({
      Containerfile:
        'FROM BASE\nRUN sleep 4\nRUN --mount=type=secret,id=apps_json,target=/opt/apps.json wc -c < /opt/apps.json > /size\n',
    });
    const image = await build({ secrets: { apps_json: new Secret('apps_json', value) }, noCache: true });
    expect(String(await builds.engine.images.readFile(image.id, '/size'))).toBe(
      `${Buffer.byteLength(value)}\n`,
    );
    expect((await builds.engine.images.readFile(image.id, '/opt/apps.json'))?.length ?? 0).toBe(0);
  });

  test('fails at the step that fails, with its line, its last lines and advice', async () => {
    await write({
      Containerfile:
        'FROM BASE\nARG TOKEN\n# fetch\nRUN echo "fatal: Authentication failed for x"; \\\n  for i in $(seq 30); do echo "line $i $TOKEN"; done; exit 7\n',
    });
    const failure = await build({ buildArgs: { TOKEN: new Secret('TOKEN', 's3cr3t') } }).then(
      () => undefined,
      (error) => error,
    );
    expect(failure).toMatchObject({
      code: 'build-step-failed',
      exitCode: 6,
      what: expect.stringContaining('(Containerfile:4-5) failed'),
      why: expect.stringContaining('exit code 7'),
      fix: expect.stringContaining('apps.json'),
    });
    expect(failure.output).toMatch(/^fatal: Authentication failed for x\n…\nline 11 .*line 30 s3cr3t$/s);
    expect(`${failure.what}${failure.why}${failure.fix}`).not.toContain('s3cr3t');
    expect(states(/RUN/)).toEqual(['started', 'failed']);
    expect(await builds.engine.images.inspect(`${builds.repository}:ours`)).toBeUndefined();
  });

  test.each<[string, string, Partial<BuildRequest>, object]>([
    ['an unknown instruction', 'FROM BASE\nRUNN x\n', {}, { code: 'containerfile-invalid' }],
    ['an empty Containerfile', '', {}, { code: 'containerfile-invalid' }],
    ['an unknown target', 'FROM BASE\n', { target: 'nope' }, { code: 'build-target-missing' }],
    ['an absent base', 'FROM 127.0.0.1:9/no/image:1\n', {}, { code: 'base-image-unavailable' }],
    [
      'an absent frontend',
      '# syntax=127.0.0.1:9/no/frontend:1\nFROM BASE\n',
      {},
      { code: 'frontend-image-unavailable', what: expect.stringContaining('(line 1)') },
    ],
    [
      'a missing source',
      'FROM BASE\nCOPY nothere /\n',
      {},
      { code: 'build-step-failed', why: expect.stringContaining('not in the build context') },
    ],
    [
      'a secret that is not served',
      'FROM BASE\nRUN --mount=type=secret,id=other,required=true true\n',
      {},
      { code: 'build-step-failed', why: expect.stringContaining('secret that this build does not provide') },
    ],
  ])('refuses %s', async (_, text, change, expected) => {
    await write({ Containerfile: text });
    await expect(build(change)).rejects.toMatchObject({ exitCode: 6, ...expected });
  });

  describe('that is interrupted', () => {
    test('ends its step in the engine and tags nothing', async () => {
      const seconds = 10_000 + Math.floor(Math.random() * 1_000_000);
      await write({ Containerfile: `FROM BASE\nRUN echo begun; sleep ${seconds}\n` });
      const interrupt = new AbortController();
      let interruptedAt = 0;
      const building = build({
        signal: interrupt.signal,
        onEvent: (event) => {
          events.push(event);
          if (event.type !== 'build-log' || !event.text.includes('begun')) return;
          interruptedAt = performance.now();
          interrupt.abort();
        },
      });
      await expect(building).rejects.toMatchObject({ code: 'build-interrupted', exitCode: 130 });
      expect(performance.now() - interruptedAt).toBeLessThan(20_000);
      expect(states(/RUN/)).toEqual(['started', 'canceled']);
      expect(await builds.engine.images.inspect(`${builds.repository}:ours`)).toBeUndefined();
      if (shared.socketPath === undefined) return;
      for (let tries = 0; tries < 20 && (await isRunning(`sleep\0${seconds}`)); tries++)
        await setTimeout(100);
      expect(await isRunning(`sleep\0${seconds}`)).toBe(false);
    });

    test.each([0, 1, 5, 20, 50])('after %d ms is interrupted all the same', async (ms) => {
      await write({ Containerfile: `FROM BASE\nRUN sleep 5; echo ${randomUUID()}\n` });
      await expect(build({ signal: AbortSignal.timeout(ms) })).rejects.toMatchObject({
        code: 'build-interrupted',
      });
    });
  });
});

async function isRunning(command: string): Promise<boolean> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(
    processes.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')),
  );
  return commands.some((it) => it.includes(command));
}
