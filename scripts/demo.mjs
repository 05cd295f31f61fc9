import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const WORKSPACE = join(import.meta.dirname, '..');

/** Runs a preparing command in the terminal; ends the demo where it fails. */
function prepare(command, ...args) {
  const { status, error } = spawnSync(command, args, { cwd: WORKSPACE, stdio: 'inherit' });
  if (status === 0) return;
  process.stderr.write(
    `${[command, ...args].join(' ')} failed${error === undefined ? '' : `: ${error.message}`}\n`,
  );
  process.exit(1);
}

if (!existsSync(join(WORKSPACE, 'node_modules/esbuild'))) prepare('npm', 'ci');
prepare(process.execPath, 'scripts/bundle-cli.mjs');
const { loadTestbed } = await import('./load-testbed.mjs');
const { runDemo } = await loadTestbed();
process.exitCode = await runDemo({ cli: join(WORKSPACE, 'packages/cli/bin/de-build.cjs') });
