import { describe, expect, test } from '@jest/globals';
import { fakeIo } from './fake-io.fixture.ts';
import { exitCodeOf, listenForStop } from './stop-signal.ts';

describe('a signal', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s aborts at first, and ends the process with %i at the second', (reason, code) => {
    const io = fakeIo();
    const stop = listenForStop(io);
    expect([stop.signal.aborted, stop.reason()]).toEqual([false, undefined]);
    io.stop(reason);
    expect([stop.signal.aborted, stop.reason()]).toEqual([true, reason]);
    expect(io.exits).toEqual([]);
    expect(exitCodeOf(reason)).toBe(code);
    io.stop(reason);
    expect(io.exits).toEqual([code]);
  });

  test('is no longer handled after the command', () => {
    const io = fakeIo();
    const stop = listenForStop(io);
    stop.release();
    io.stop('SIGINT');
    expect([stop.signal.aborted, io.exits]).toEqual([false, []]);
  });

  test.each([
    ['at every write', ['EPIPE', 'EPIPE', 'EPIPE'], 'EPIPE'],
    ['before the signal that ended it, too', ['EPIPE', 'SIGINT'], 'EPIPE'],
    ['after the signal that ended it, too', ['SIGINT', 'EPIPE', 'EPIPE'], 'SIGINT'],
  ] as const)(
    'a reader that closed the pipe counts as %s, and nothing is cut short',
    (_, reasons, reason) => {
      const io = fakeIo();
      const stop = listenForStop(io);
      for (const each of reasons) io.stop(each);
      expect([stop.signal.aborted, stop.reason(), io.exits]).toEqual([true, reason, []]);
      expect(exitCodeOf(reason)).toBe(130);
    },
  );
});
