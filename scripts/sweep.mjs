import { loadSources } from './load-testbed.mjs';

/** Cleans up after a run that has ended; its watchdog starts this. */
const { sweep } = await loadSources('packages/testbed/src/test-run.ts');
await sweep(process.argv[2]);
