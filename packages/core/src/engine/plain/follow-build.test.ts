import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import type { BuildEvent } from '../build-event.ts';
import { createClassicDialect } from '../classic/classic-dialect.ts';
import { createPodmanDialect } from '../podman/podman-dialect.ts';
import { followBuild } from './follow-build.ts';
import type { StepDialect } from './step-recorder.ts';

const ALIVE = { endpoint: 'unix:///x.sock', ping: async () => undefined };
const DEAD = {
  endpoint: 'unix:///x.sock',
  ping: async () => {
    throw new Error('gone');
  },
};

const said = (...texts: string[]) => texts.map((stream) => JSON.stringify({ stream })).join('\n');
const ID = '{"aux":{"ID":"sha256:1"}}';

async function follow(text: string, transport = ALIVE, dialect: StepDialect = createClassicDialect()) {
  const events: BuildEvent[] = [];
  const body = Readable.from([Buffer.from(`${text}\n`)]);
  const request = { onEvent: (event: BuildEvent) => events.push(event) };
  const outcome = await followBuild(body, { transport, dialect, request });
  return { events, outcome };
}

describe('followBuild', () => {
  test('tells the steps of the classic builder, and leaves its remarks out', async () => {
    const { events, outcome } = await follow(
      `${said(
        'Step 1/2 : FROM busybox AS x',
        '\n',
        ' ---> 0123456789ab\n',
        'Step 2/2 : RUN make',
        '\n',
        ' ---> [Warning] IPv4 forwarding is disabled. Networking will not work.\n',
        ' ---> Running in 0123456789ab\n',
        'made\n',
        '\u001b[91mcareful\n\u001b[0m',
        'Removing intermediate container 0123456789ab\n',
        '[Warning] One or more build-args [X] were not consumed\n',
        'Successfully built 0123456789ab\n',
      )}\n${ID}`,
    );
    expect(
      events.map((event) =>
        'name' in event ? `${event.name} ${event.state}` : 'text' in event && event.text,
      ),
    ).toEqual([
      '[1/2] FROM busybox AS x started',
      '[1/2] FROM busybox AS x done',
      '[2/2] RUN make started',
      'IPv4 forwarding is disabled. Networking will not work.',
      'made\n',
      'careful\n',
      'One or more build-args [X] were not consumed',
      '[2/2] RUN make done',
    ]);
    expect(outcome).toMatchObject({
      imageId: 'sha256:1',
      record: { bases: ['busybox'], warnings: [expect.any(String), expect.any(String)] },
    });
  });

  test('a step cannot pass its output off as the builder’s', async () => {
    const { outcome } = await follow(
      `${said(
        'Step 1/3 : FROM busybox',
        'Step 2/3 : RUN deceive',
        ' ---> Running in 0123456789ab\n',
        ' ---> Using cache\n',
        'Step 1/3 : FROM evil\n',
        'Step 3/9 : FROM evil\n',
        'Step 3/3 : RUN true',
      )}\n${ID}`,
    );
    expect(outcome.record.bases).toEqual(['busybox']);
    expect(outcome.record.steps.map(({ name, cached }) => [name, cached])).toEqual([
      ['[1/3] FROM busybox', false],
      ['[2/3] RUN deceive', false],
      ['[3/3] RUN true', false],
    ]);
  });

  test('knows cached steps, of Podman too', async () => {
    const classic = await follow(`${said('Step 1/1 : RUN x', ' ---> Using cache\n')}\n${ID}`);
    expect(classic.outcome.record.steps[0]?.cached).toBe(true);
    const hash = '0'.repeat(64);
    const podman = await follow(
      `${said('[1/2] STEP 1/1: RUN x\n', `--> Using cache ${hash}\n`, '[2/2] COMMIT x\n', `${hash}\n`)}\n${ID}`,
      ALIVE,
      createPodmanDialect(),
    );
    expect(podman.outcome.record.steps).toMatchObject([{ name: '[1: 1/1] RUN x', cached: true }]);
    expect(podman.events.filter(({ type }) => type === 'build-log')).toEqual([]);
  });

  test.each([
    ['{"error":"no"}', 'no'],
    ['{"errorDetail":{"code":1,"message":"why"},"error":"no"}', 'why'],
    [`${ID}\n{"error":"after the id"}`, 'after the id'],
  ])('takes %s for a failure', async (text, error) => {
    const { outcome, events } = await follow(`${said('Step 1/1 : RUN x', 'last words\n')}\n${text}`);
    expect(outcome).toMatchObject({ error, record: { currentStep: '[1/1] RUN x', output: 'last words' } });
    expect(events.at(-1)).toMatchObject({ state: 'failed', error });
  });

  test.each([
    ['ends without an image', said('Step 1/1 : RUN x'), ALIVE, 'build-without-image'],
    ['ends without an image because the engine died', said('Step 1/1 : RUN x'), DEAD, 'engine-lost'],
    [
      'breaks off in the middle of a line',
      `${said('Step 1/1 : RUN x')}\n{"aux":{"ID":"sha`,
      ALIVE,
      'engine-lost',
    ],
  ])('an answer that %s is an error', async (_, text, transport, code) => {
    await expect(follow(text, transport)).rejects.toMatchObject({ code });
  });

  test('a connection that breaks is an error, and ends the step', async () => {
    const events: BuildEvent[] = [];
    async function* breaking() {
      yield Buffer.from(`${said('Step 1/1 : RUN x')}\n`);
      throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    }
    const following = followBuild(Readable.from(breaking()), {
      transport: ALIVE,
      dialect: createClassicDialect(),
      request: { onEvent: (event) => events.push(event) },
    });
    await expect(following).rejects.toMatchObject({ code: 'engine-lost' });
    expect(events.at(-1)).toMatchObject({ type: 'build-step', state: 'failed' });
  });
});
