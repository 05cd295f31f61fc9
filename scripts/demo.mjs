import { join } from 'node:path';
import { loadTestbed } from './load-testbed.mjs';

const { runDemo } = await loadTestbed();
process.exitCode = await runDemo({ cli: join(import.meta.dirname, '../packages/cli/bin/de-build.cjs') });
