import { loadTestbed } from '../scripts/load-testbed.mjs';

/** Starts the engines that the tests of this run share; they end with the run. */
export default async function startEngines() {
  const { startSharedEngines } = await loadTestbed();
  await startSharedEngines();
}
