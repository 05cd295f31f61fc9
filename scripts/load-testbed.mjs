import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const WORKSPACE = join(import.meta.dirname, '..');

/** Loads the testbed from its sources, so that it can be used before anything is built. */
export async function loadTestbed() {
  const folder = join(WORKSPACE, 'node_modules/.cache/de-build');
  await mkdir(folder, { recursive: true });
  const outfile = join(folder, `testbed-${process.pid}.mjs`);
  await build({
    entryPoints: [join(WORKSPACE, 'packages/testbed/src/index.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    conditions: ['@de-build/source'],
    logLevel: 'warning',
    outfile,
  });
  try {
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(outfile);
  }
}
