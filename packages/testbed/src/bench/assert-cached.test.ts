import { describe, expect, test } from '@jest/globals';
import { assertCached, assertPeerCached } from './assert-cached.ts';

const lines = (...events: readonly object[]) => events.map((event) => JSON.stringify(event)).join('\n');
const step = (name: string, state: string) => ({ type: 'build-step', step: name, name, state });

describe('assertCached', () => {
  test('accepts a cached build, whatever its other steps did', () => {
    const output = lines(
      step('[internal] load build context', 'done'),
      step('[base 2/2] COPY bench /bin', 'cached'),
    );
    expect(() => assertCached(output)).not.toThrow();
  });
  test('names the step that ran', () => {
    expect(() => assertCached(lines(step('[2/2] RUN make', 'done')))).toThrow('[2/2] RUN make');
  });
  test('refuses a build without steps', () => {
    expect(() => assertCached('{"type":"stage"}')).toThrow('no step');
  });
});

describe('assertPeerCached', () => {
  const cached = '#7 [base 2/2] COPY bench /bin\n#7 CACHED\n';
  test('accepts a cached build', () => {
    expect(() => assertPeerCached(`#1 [internal] load x\n#1 DONE 0.0s\n${cached}`)).not.toThrow();
  });
  test('names the step that ran', () => {
    expect(() => assertPeerCached(`${cached}#8 [3/3] RUN make\n#8 DONE 1.0s\n`)).toThrow('[3/3] RUN make');
  });
  test('refuses a build without steps', () => {
    expect(() => assertPeerCached('')).toThrow('no step');
  });
});
