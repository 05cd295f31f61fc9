import { join } from 'node:path';
import { loadSources } from './load-testbed.mjs';

const { runTorture } = await loadSources('tests/torture/run-torture.ts');
process.exitCode = await runTorture(
  join(import.meta.dirname, '../packages/cli/bin/de-build.cjs'),
  process.argv.slice(2),
);
