import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Importing this installs the dependencies where one of them is missing or of another version. */
const WORKSPACE = join(import.meta.dirname, '..');

const installed = packagesOf('node_modules/.package-lock.json');
const isMissing = Object.entries(packagesOf('package-lock.json')).some(
  ([path, { version, optional, link }]) =>
    path.startsWith('node_modules/') && !optional && !link && installed[path]?.version !== version,
);
if (isMissing) {
  const { status } = spawnSync('npm', ['ci'], { cwd: WORKSPACE, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(join(WORKSPACE, lockFile), 'utf8')).packages;
  } catch {
    return {};
  }
}
