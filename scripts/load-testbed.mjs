import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const WORKSPACE = join(import.meta.dirname, '..');

/** Loads the testbed from its sources, so that it can be used before anything is built. */
export function loadTestbed() {
  return loadSources('packages/testbed/src/index.ts');
}

/** Loads a module of the workspace from its TypeScript sources, with all workspace modules that it imports. */
export async function loadSources(entry) {
  const folder = join(WORKSPACE, 'node_modules/.cache/de-build');
  await mkdir(folder, { recursive: true });
  const outfile = join(folder, `${basename(entry, '.ts')}-${process.pid}.mjs`);
  await build({
    entryPoints: [join(WORKSPACE, entry)],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    alias: { '@de-build/testbed': join(WORKSPACE, 'packages/testbed/src/index.ts') },
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
