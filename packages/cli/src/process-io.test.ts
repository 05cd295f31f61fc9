import { afterEach, expect, test } from '@jest/globals';
import { processIo } from './process-io.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const before = SIGNALS.map((signal) => process.listeners(signal));
afterEach(() => {
  for (const [index, signal] of SIGNALS.entries()) {
    for (const listener of process.listeners(signal)) {
      if (before[index]?.includes(listener) !== true) process.off(signal, listener);
    }
  }
});

test.each(SIGNALS)(
  '%s is reported to a listener; after that the first is ignored, and the next ends the process',
  (signal) => {
    const reported: string[] = [];
    const others = process.listenerCount(signal);
    const stopListening = processIo().onStop((reason) => reported.push(reason));
    process.emit(signal);
    expect(reported).toEqual([signal]);
    stopListening();
    process.emit(signal);
    expect(reported).toEqual([signal]);
    expect(process.listenerCount(signal)).toBe(others);
  },
);
