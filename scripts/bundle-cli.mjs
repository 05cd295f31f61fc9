import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const CLI = join(import.meta.dirname, '../packages/cli');
const OUTPUT = join(CLI, 'dist/bundle');

/**
 * What dockerode loads at its start for calls that de-build never makes: docker-modem's own ssh connection (the
 * engine room has one of its own), gRPC and protobuf of its registry session. They cost 300 ms.
 */
const NEVER_CALLED = /^(ssh2|@grpc\/grpc-js|@grpc\/proto-loader|protobufjs)$/;

const leaveOut = {
  name: 'leave-out',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: NEVER_CALLED }, ({ path }) => ({ path, namespace: 'left-out' }));
    onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** string-width, which draws the help, sets up all of Unicode at its start: 20 ms that plain ASCII does not need. */
const measureAsciiAtOnce = {
  name: 'measure-ascii-at-once',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /^string-width$/ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
      if (pluginData === 'whole') return undefined;
      const whole = await resolve(path, { importer, resolveDir, kind, pluginData: 'whole' });
      return { path: whole.path, namespace: 'string-width' };
    });
    onLoad({ filter: /.*/, namespace: 'string-width' }, ({ path }) => ({
      contents: `
        const ascii = /^[\\x20-\\x7e]*$/;
        export default function stringWidth(text, options) {
          const isAscii = typeof text === 'string' && ascii.test(text);
          return isAscii ? text.length : require(${JSON.stringify(path)}).default(text, options);
        }`,
      resolveDir: join(path, '..'),
    }));
  },
};

/**
 * zod as its parts: `import { z }` holds on to all of it, `import * as z` to what is used. Its messages in forty
 * languages, half of its size, are never asked for.
 */
const takeZodInParts = {
  name: 'take-zod-in-parts',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents: 'export {};' }));
    onLoad({ filter: /[\\/]core[\\/]src[\\/].*\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(
        "import { z } from 'zod';",
        "import * as z from 'zod';",
      ),
      loader: 'ts',
    }));
  },
};

const draft = `${OUTPUT}-${process.pid}`;
await build({
  entryPoints: [join(CLI, 'src/main.ts'), join(CLI, 'src/process-io.ts')],
  outdir: draft,
  bundle: true,
  // What a command imports when it runs becomes a file of its own, loaded only then.
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  conditions: ['@de-build/source'],
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'linked',
  // CommonJS packages require Node's own modules, which an ES module can't without this.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
  logLevel: 'warning',
  plugins: [leaveOut, measureAsciiAtOnce, takeZodInParts],
  // esbuild has said what is wrong.
}).catch(() => process.exit(1));
await putInPlace();
await copyPackageFile();

/** At once, so that nobody finds half a bundle. */
async function putInPlace() {
  const old = `${draft}-old`;
  await rename(OUTPUT, old).catch(() => {});
  await rename(draft, OUTPUT);
  await rm(old, { recursive: true, force: true });
}

/** The sources look for package.json one folder up, and the bundle lies one folder deeper than they do. */
async function copyPackageFile() {
  const { name, version, type } = JSON.parse(await readFile(join(CLI, 'package.json'), 'utf8'));
  await mkdir(join(CLI, 'dist'), { recursive: true });
  await writeFile(
    join(CLI, 'dist/package.json'),
    `${JSON.stringify({ name, version, type }, undefined, 2)}\n`,
  );
}
