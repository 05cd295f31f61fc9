import { loadTestbed } from '../scripts/load-testbed.mjs';

/** Brings up the engines that the tests of this run share; global-teardown.mjs ends them. */
export default async function startEngines() {
  const { startSharedEngines } = await loadTestbed();
  const engines = await startSharedEngines();
  globalThis.stopSharedEngines = () => engines.stop();
  // jest leaves at once on Ctrl-C, without its teardown.
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ]) {
    process.once(signal, () => {
      engines.stop().finally(() => process.exit(code));
    });
  }
}
