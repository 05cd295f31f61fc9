import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import type { BuildEvent } from '../build-event.ts';
import { followBuild } from './follow-build.ts';

const isAlive = async () => undefined;
const isDead = async () => {
  throw new Error('gone');
};

const said = (...texts: string[]) => texts.map((stream) => JSON.stringify({ stream })).join('\n');
const ID = '{"aux":{"ID":"sha256:1"}}';
const HASH = '0'.repeat(64);

async function follow(body: Readable, events: BuildEvent[] = [], ping: () => Promise<void> = isAlive) {
  const request = async () => ({ status: 200, headers: {}, body });
  return followBuild(
    { endpoint: 'unix:///x.sock', ping, request },
    { method: 'POST', path: '/build' },
    { onEvent: (event) => events.push(event) },
  );
}

const answer = (text: string) => Readable.from([Buffer.from(`${text}\n`)]);

describe('followBuild', () => {
  test('reports the steps and their output, without the remarks of the builder', async () => {
    const events: BuildEvent[] = [];
    const outcome = await follow(
      answer(
        `${said(
          'STEP 1/2: FROM busybox AS x\n',
          `--> 0123456789a\n`,
          'STEP 2/2: RUN make\n',
          'made\n',
          'careful\n',
          'COMMIT acme/erp:1\n',
          '--> 0123456789b\n',
          '[Warning] one or more build args were not consumed: [X]\n',
          'Successfully tagged localhost/acme/erp:1\n',
          `${HASH}\n`,
        )}\n${ID}`,
      ),
      events,
    );
    expect(
      events.map((event) =>
        'name' in event ? `${event.name} ${event.state}` : 'text' in event && event.text,
      ),
    ).toEqual([
      '[1/2] FROM busybox AS x started',
      '[1/2] FROM busybox AS x done',
      '[2/2] RUN make started',
      'made\n',
      'careful\n',
      'one or more build args were not consumed: [X]',
      '[2/2] RUN make done',
    ]);
    expect(outcome).toMatchObject({
      imageId: 'sha256:1',
      record: { bases: ['busybox'], warnings: [expect.any(String)] },
    });
  });

  test('knows cached steps', async () => {
    const events: BuildEvent[] = [];
    const { record } = await follow(
      answer(
        `${said('[1/2] STEP 1/1: RUN x\n', `--> Using cache ${HASH}\n`, '[2/2] COMMIT x\n', `${HASH}\n`)}\n${ID}`,
      ),
      events,
    );
    expect(record.steps).toMatchObject([{ name: '[1: 1/1] RUN x', cached: true }]);
    expect(events.filter(({ type }) => type === 'build-log')).toEqual([]);
  });

  test.each([
    ['{"error":"no"}', 'no'],
    ['{"errorDetail":{"code":1,"message":"why"},"error":"no"}', 'why'],
    [`${ID}\n{"error":"after the id"}`, 'after the id'],
  ])('takes %s for a failure', async (text, error) => {
    const events: BuildEvent[] = [];
    const outcome = await follow(answer(`${said('STEP 1/1: RUN x', 'last words\n')}\n${text}`), events);
    expect(outcome).toMatchObject({ error, record: { currentStep: '[1/1] RUN x', output: 'last words' } });
    expect(events.at(-1)).toMatchObject({ state: 'failed', error });
  });

  test.each([
    ['ends without an image', said('STEP 1/1: RUN x'), isAlive, 'build-without-image'],
    ['ends without an image because the engine died', said('STEP 1/1: RUN x'), isDead, 'engine-lost'],
    [
      'breaks off in the middle of a line',
      `${said('STEP 1/1: RUN x')}\n{"aux":{"ID":"sha`,
      isAlive,
      'engine-lost',
    ],
  ])('an answer that %s is an error', async (_, text, ping, code) => {
    await expect(follow(answer(text), [], ping)).rejects.toMatchObject({ code });
  });

  test('a connection that breaks is an error, and ends the step', async () => {
    const events: BuildEvent[] = [];
    async function* breaking() {
      yield Buffer.from(`${said('STEP 1/1: RUN x')}\n`);
      throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    }
    await expect(follow(Readable.from(breaking()), events)).rejects.toMatchObject({ code: 'engine-lost' });
    expect(events.at(-1)).toMatchObject({ type: 'build-step', state: 'failed' });
  });
});
