import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createRedactor } from '../secrets/redactor.ts';
import type { FlowEvent } from './event.ts';
import { withSiteLock } from './site-lock.ts';

/** Takes the lock and says what for, as every flow does. */
function locked<Result>(
  { site, what }: { readonly site: string; readonly what: string },
  given: ReturnType<typeof tools>,
  work: () => Promise<Result>,
): Promise<Result> {
  return withSiteLock({ site }, given, async (announce) => {
    await announce(what);
    return work();
  });
}

let site: string;
beforeEach(async () => {
  site = await mkdtemp(join(tmpdir(), 'de-build-site-'));
  await writeFile(join(site, 'apps.json'), '[]');
});
afterEach(() => rm(site, { recursive: true, force: true }));

const reported: string[] = [];
beforeEach(() => {
  reported.length = 0;
});

function tools(seconds = 0, signal = new AbortController().signal) {
  return {
    environment: { PATH: process.env.PATH },
    redactor: createRedactor(),
    signal,
    emit: (event: FlowEvent) => void (event.type === 'notice' && reported.push(event.text)),
    // A clock that is a century off changes nothing.
    now: () => new Date('1926-05-04T03:02:01Z'),
    lockWaitSeconds: seconds,
  };
}

/** Holds the lock until it is let go of. */
async function hold(what = 'build'): Promise<() => Promise<void>> {
  let end: () => void = () => undefined;
  let work: Promise<void> | undefined;
  await new Promise<void>((held) => {
    work = locked({ site, what }, tools(), () => {
      held();
      return new Promise<void>((resolve) => {
        end = resolve;
      });
    });
  });
  return async () => {
    end();
    await work;
  };
}

test('who comes second is refused at once, and learns who is at work', async () => {
  const letGo = await hold();
  await expect(locked({ site, what: 'restore 1.4.0' }, tools(), async () => 'work')).rejects.toMatchObject({
    code: 'site-locked',
    exitCode: 11,
    why: expect.stringMatching(
      `^\`de-build build\` has been running since 1926-05-04T03:02:01.000Z: process ${process.pid} of .* on ${hostname()}\\. `,
    ),
  });
  await letGo();
  expect(await locked({ site, what: 'build' }, tools(), async () => 'work')).toBe('work');
  expect((await readdir(join(site, '.de-build'))).sort()).toEqual(['.gitignore', 'lock']);
});

test('a run with --lock-wait waits, and reports the holder', async () => {
  const letGo = await hold('archive 1.4.0');
  const waiting = locked({ site, what: 'build' }, tools(Number.POSITIVE_INFINITY), async () => 'work');
  while (reported.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(reported[0]).toMatch(/^Waiting for another run.*`de-build archive 1\.4\.0`/);
  await letGo();
  expect(await waiting).toBe('work');
});

test('waiting ends when its time is over, and when it is aborted', async () => {
  const letGo = await hold();
  await expect(locked({ site, what: 'build' }, tools(1), async () => 'work')).rejects.toMatchObject({
    code: 'site-locked',
    why: expect.stringContaining('de-build waited 1 s for it.'),
  });
  const abort = new AbortController();
  const waiting = locked({ site, what: 'build' }, tools(60, abort.signal), async () => 'work');
  setTimeout(() => abort.abort(new Error('stopped by the test')), 100);
  await expect(waiting).rejects.toThrow('stopped by the test');
  await letGo();
});

test.each([
  '{',
  'null',
  '{"pid":"1"}',
  JSON.stringify({ what: 'build', user: 'root', pid: 1, host: 'elsewhere', since: '2999-01-01T00:00:00Z' }),
])('what a dead run said of itself stops nobody: %s', async (text) => {
  await locked({ site, what: 'build' }, tools(), async () => undefined);
  await writeFile(join(site, '.de-build', 'lock.json'), text);
  const seen = await locked({ site, what: 'prune' }, tools(), () =>
    readFile(join(site, '.de-build', 'lock.json'), 'utf8'),
  );
  expect(JSON.parse(seen)).toMatchObject({ what: 'prune', pid: process.pid });
});

test('it is let go of when the work fails', async () => {
  const failing = locked({ site, what: 'build' }, tools(), () => Promise.reject(new Error('failed')));
  await expect(failing).rejects.toThrow('failed');
  expect(await locked({ site, what: 'build' }, tools(), async () => 'work')).toBe('work');
});

test('each lock excludes its own kind only', async () => {
  const letGo = await hold();
  expect(await withSiteLock({ site, lock: 'live' }, tools(), async () => 'work')).toBe('work');
  await withSiteLock({ site, lock: 'live' }, tools(), async (announce) => {
    await announce('deploy 1.4.0');
    await expect(withSiteLock({ site, lock: 'live' }, tools(), async () => 'work')).rejects.toMatchObject({
      code: 'site-locked',
      why: expect.stringContaining('`de-build deploy 1.4.0`'),
    });
  });
  await letGo();
});

test('a missing site is not created', async () => {
  const none = join(site, 'none');
  await expect(locked({ site: none, what: 'build' }, tools(), async () => 'work')).rejects.toMatchObject({
    code: 'site-not-found',
  });
  expect(await readdir(site)).toEqual(['apps.json']);
});

test('a folder that is not a site is not changed', async () => {
  await rm(join(site, 'apps.json'));
  await expect(locked({ site, what: 'build' }, tools(), async () => 'work')).rejects.toMatchObject({
    code: 'not-a-site',
  });
  expect(await readdir(site)).toEqual([]);
});

test('a site that cannot be locked is left alone', async () => {
  await writeFile(join(site, '.de-build'), 'a file in the way');
  await expect(locked({ site, what: 'build' }, tools(), async () => 'work')).rejects.toMatchObject({
    code: 'lock-not-taken',
    why: expect.stringContaining('EEXIST'),
  });
});
