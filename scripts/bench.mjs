import { join } from 'node:path';
import { loadTestbed } from './load-testbed.mjs';

const { runBench } = await loadTestbed();
process.exitCode = await runBench({
  cli: join(import.meta.dirname, '../packages/cli/bin/de-build.cjs'),
  args: process.argv.slice(2),
});
