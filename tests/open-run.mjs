import { loadTestbed } from '../scripts/load-testbed.mjs';

/** Opens the run that the tests belong to, where `npm test` has not. */
export default async function openRun() {
  const { openTestRun } = await loadTestbed();
  await openTestRun();
}
