import { type SharedEngine, sharedEngines, whyNoEngine, whyNoPrivateEngine } from '@de-build/testbed';
import { describe, test } from '@jest/globals';

/** Declares the tests of `body` once for every engine of this run; where there is none, one skipped test says why. */
export function onEachEngine(title: string, body: (engine: SharedEngine) => void): void {
  const reason = whyNoEngine();
  if (reason !== undefined) {
    test.skip(`${title}: skipped, because ${reason}`, () => undefined);
    return;
  }
  for (const engine of sharedEngines())
    describe(`${title}, on Docker Engine ${engine.version}`, () => body(engine));
}

/** Declares tests that no engine decides: on the newest one of this run only. */
export function onOneEngine(title: string, body: (engine: SharedEngine) => void): void {
  const engine = sharedEngines().at(-1);
  if (engine === undefined) onEachEngine(title, body);
  else describe(title, () => body(engine));
}

/** Declares tests that start engines of their own, to kill or prune them; where that is not allowed, says why. */
export function withPrivateEngines(title: string, body: () => void): void {
  const reason = whyNoPrivateEngine();
  if (reason === undefined) describe(title, body);
  else test.skip(`${title}: skipped, because ${reason}`, () => undefined);
}
