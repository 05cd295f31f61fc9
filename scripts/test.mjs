import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { loadTestbed } from './load-testbed.mjs';

/** Runs jest with the given arguments, and cleans up after it, however it ends. */
const { openTestRun } = await loadTestbed();
const testRun = await openTestRun();
const jest = spawn(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => jest.kill(signal));
const [code, signal] = await once(jest, 'exit');
process.exitCode = code ?? 128 + constants.signals[signal];
await testRun.end();
