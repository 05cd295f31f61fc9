import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { runCommand } from '@de-build/testbed';
import { expect, test } from '@jest/globals';
import type { BuildEvent } from '../../packages/core/src/engine/build-event.ts';
import { Secret } from '../../packages/core/src/secrets/secret.ts';
import { onEachEngine } from './on-each-engine.ts';
import { readFiles } from './read-image-files.ts';
import { useBuilds } from './use-builds.ts';

onEachEngine('the classic builder', (shared) => {
  const builds = useBuilds(shared, { builder: 'classic', noCache: true });
  const { write, build } = builds;

  test('sends nothing that must never be sent', async () => {
    await write({ Containerfile: 'FROM BASE\nCOPY . /c/\n', '.env': 'TOKEN=x', a: 'a', '.de-build/x': 'x' });
    const built = await build({ neverSend: ['.env', '.de-build'] });
    expect((await readFiles(shared, built)).map(({ path }) => path)).toEqual(['c/Containerfile', 'c/a']);
    expect(built.sent).toMatchObject({ files: 2 });
  });

  test('tells every step, takes build args and labels, and finds them cached the second time', async () => {
    await write({ Containerfile: 'FROM BASE\nARG WORD\nRUN echo "said $WORD"; echo aside >&2\n' });
    const request = { buildArgs: { WORD: new Secret('WORD', 'hello'), X: '1' }, labels: { a: 'b' } };
    const events: BuildEvent[] = [];
    const first = await build({ ...request, onEvent: (event) => events.push(event) });
    expect(events).toContainEqual(expect.objectContaining({ stream: 'stdout', text: 'said hello\n' }));
    expect(events).toContainEqual(expect.objectContaining({ stream: 'stderr', text: 'aside\n' }));
    // The engine may have more to warn of, such as a machine that forwards no packets.
    expect(first.warnings).toContain('One or more build-args [X] were not consumed');
    expect(first.steps.map(({ name }) => name)[2]).toBe('[3/4] RUN echo "said $WORD"; echo aside >&2');
    expect(await builds.engine.images.inspect(`${builds.repository}:ours`)).toMatchObject({
      id: first.id,
      labels: { a: 'b' },
    });
    const base = await builds.engine.images.inspect(shared.busyboxImage);
    expect(first.baseDigests[shared.busyboxImage]).toBe(base?.repoDigests[0]?.split('@')[1] ?? base?.id);
    const again = await build({ ...request, noCache: false });
    expect(again.id).toBe(first.id);
    expect(again.steps.slice(1).every(({ cached }) => cached)).toBe(true);
  });

  test('a failing step is an error with its last words, and tags nothing', async () => {
    await write({ Containerfile: 'FROM BASE\nRUN echo last words; exit 3\n' });
    await expect(build()).rejects.toMatchObject({
      code: 'build-step-failed',
      exitCode: 6,
      what: 'Step [2/2] (Containerfile:2) failed: RUN echo last words; exit 3',
      why: 'It ended with exit code 3.',
      output: 'last words',
    });
    expect(await builds.engine.images.list(builds.repository)).toEqual([]);
    expect(await containers()).toEqual([]);
  });

  test.each([
    ['a Containerfile that is not one', 'NONSENSE x\n', 'containerfile-invalid'],
    ['a base that is nowhere', 'FROM localhost:1/none:1\n', 'base-image-unavailable'],
    ['what only BuildKit has', 'FROM BASE\nRUN --mount=type=cache,target=/x true\n', 'build-step-failed'],
  ])('%s is an error', async (_, text, code) => {
    await write({ Containerfile: text });
    await expect(build()).rejects.toMatchObject({ code });
  });

  test('a target that is not there is an error', async () => {
    await write({ Containerfile: 'FROM BASE AS one\n' });
    await expect(build({ target: 'two' })).rejects.toMatchObject({ code: 'build-target-missing' });
  });

  test('tells the digest of the context, the same for the same files', async () => {
    await write({
      Containerfile: 'FROM BASE\nCOPY . /c/\n',
      a: 'a',
      '.dockerignore': 'ignored\n',
      ignored: '1',
    });
    const contextHashesFile = join(builds.folder, 'hashes');
    const first = await build({ contextHashesFile });
    expect(first.context?.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    await write({ ignored: '2' });
    expect((await build({ contextHashesFile })).context?.digest).toBe(first.context?.digest);
    await write({ a: 'b' });
    expect((await build({ contextHashesFile })).context?.digest).not.toBe(first.context?.digest);
  });

  test('ends the step when it is aborted', async () => {
    const label = `de-build-test-${randomUUID()}`;
    await write({ Containerfile: `FROM BASE\nLABEL x=${label}\nRUN echo begun; sleep 60\n` });
    const stop = new AbortController();
    let abortedAt = 0;
    const building = build({
      signal: stop.signal,
      onEvent(event) {
        if (event.type !== 'build-log' || event.text !== 'begun\n') return;
        abortedAt = Date.now();
        stop.abort();
      },
    });
    await expect(building).rejects.toMatchObject({ code: 'build-interrupted', exitCode: 130 });
    expect(Date.now() - abortedAt).toBeLessThan(20_000);
    await eventually(async () => expect(await containers(label)).toEqual([]));
    expect(await builds.engine.images.list(builds.repository)).toEqual([]);
  });

  test('does not begin when it was aborted before', async () => {
    await write({ Containerfile: 'FROM BASE\n' });
    await expect(build({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'build-interrupted' });
  });

  test('refuses secrets, which it has not', async () => {
    await write({ Containerfile: 'FROM BASE\n' });
    await expect(build({ secrets: { apps_json: new Secret('x', 'x') } })).rejects.toMatchObject({
      code: 'builder-needs-buildkit',
    });
  });

  async function containers(label?: string): Promise<readonly string[]> {
    const filter =
      label === undefined
        ? ['--filter', `ancestor=${builds.repository}:ours`]
        : ['--filter', `label=x=${label}`];
    const out = await runCommand(shared.dockerCli.command, ['ps', '-a', '-q', ...filter], {
      environment: { ...process.env, ...shared.dockerCli.env },
    });
    return out.split('\n').filter((line) => line !== '');
  }
});

async function eventually(assertion: () => Promise<void>): Promise<void> {
  for (let left = 30; ; left--) {
    try {
      return await assertion();
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((done) => setTimeout(done, 100));
    }
  }
}
