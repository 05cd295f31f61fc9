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
  '%s is told while somebody listens; after that one is too late, and the next ends',
  (signal) => {
    const told: string[] = [];
    const others = process.listenerCount(signal);
    const stopListening = processIo().onStop((reason) => told.push(reason));
    process.emit(signal);
    expect(told).toEqual([signal]);
    stopListening();
    process.emit(signal);
    expect(told).toEqual([signal]);
    expect(process.listenerCount(signal)).toBe(others);
  },
);
