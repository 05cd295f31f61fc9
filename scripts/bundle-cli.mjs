import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
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
      return { path: relative(CLI, whole.path), namespace: 'string-width' };
    });
    onLoad({ filter: /.*/, namespace: 'string-width' }, ({ path }) => ({
      contents: `
        const ascii = /^[\\x20-\\x7e]*$/;
        export default function stringWidth(text, options) {
          const isAscii = typeof text === 'string' && ascii.test(text);
          return isAscii ? text.length : require(${JSON.stringify(join(CLI, path))}).default(text, options);
        }`,
      resolveDir: CLI,
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

/** yargs asserts two things, and catches one of them at every start; node:assert is slow to load and to throw. */
const assertAtOnce = {
  name: 'assert-at-once',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^assert$/ }, ({ path, importer }) =>
      /[\\/]yargs[\\/]/.test(importer) ? { path, namespace: 'assert' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'assert' }, () => ({
      contents: `
        export function strictEqual(actual, expected, message) {
          if (!Object.is(actual, expected)) throw new Error(message);
        }
        export function notStrictEqual(actual, expected, message) {
          if (Object.is(actual, expected)) throw new Error(message);
        }`,
    }));
  },
};

/** wrap-ansi, which breaks the lines of the help, compiles expressions that a plain line that fits does not need. */
const keepLinesThatFit = {
  name: 'keep-lines-that-fit',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /^wrap-ansi$/ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
      if (pluginData === 'whole') return undefined;
      const whole = await resolve(path, { importer, resolveDir, kind, pluginData: 'whole' });
      return { path: relative(CLI, whole.path), namespace: 'wrap-ansi' };
    });
    onLoad({ filter: /.*/, namespace: 'wrap-ansi' }, ({ path }) => ({
      contents: `
        const plain = /^[\\x21-\\x7e](?:[\\x20-\\x7e]*[\\x21-\\x7e])?$/;
        export default function wrapAnsi(text, columns, options) {
          if (text.length <= columns && plain.test(text)) return text;
          return require(${JSON.stringify(join(CLI, path))}).default(text, columns, options);
        }`,
      resolveDir: CLI,
    }));
  },
};

const draft = `${OUTPUT}-${process.pid}`;
/** What the command's own files import when they run: path → name. It is a bundle of its own, loaded only then. */
const later = new Map();
const importLater = {
  name: 'import-later',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /.*/ }, async ({ path, importer, resolveDir, kind }) => {
      if (kind !== 'dynamic-import' || !importer.startsWith(join(CLI, 'src'))) return undefined;
      const resolved = await resolve(path, { importer, resolveDir, kind: 'import-statement' });
      const name = relative(join(CLI, '..'), resolved.path);
      later.set(resolved.path, name);
      return { path: name, namespace: 'later' };
    });
    onLoad({ filter: /.*/, namespace: 'later' }, ({ path: name }) => ({
      contents: `module.exports = bundled('later.cjs')[${JSON.stringify(name)}];`,
    }));
  },
};

const slimming = [leaveOut, measureAsciiAtOnce, keepLinesThatFit, assertAtOnce, takeZodInParts];
await bundle('main.cjs', {
  contents: "export { run } from './main.ts'; export { processIo } from './process-io.ts';",
  plugins: [importLater, ...slimming],
});
await bundle('later.cjs', {
  contents: [...later]
    .map((pair) => pair.map((text) => JSON.stringify(text)))
    .map(([path, name]) => `Object.defineProperty(exports, ${name}, { get: () => require(${path}) });`)
    .join('\n'),
  plugins: slimming,
});
await copyPackageFile();
await keepCode();
await putInPlace();

/** A bundle is a function that node:vm runs: bin/open-bundles.cjs says what it is called with. */
async function bundle(name, { contents, plugins }) {
  const options = {
    stdin: { contents, resolveDir: join(CLI, 'src'), loader: 'ts' },
    outfile: join(draft, name),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20.19',
    conditions: ['@de-build/source'],
    // Its main file requires its parts in a way that esbuild cannot follow.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'linked',
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: '(function (exports, require, module, bundled, bundleUrl) {' },
    footer: { js: '})' },
    logLevel: 'warning',
    plugins,
  };
  // esbuild has said what is wrong.
  await build(options).catch(() => process.exit(1));
  // It is read as Latin-1, which is quickest; esbuild escapes texts, but not regular expressions.
  const [other] = /[^\0-\x7f].*/.exec(await readFile(join(draft, name), 'utf8')) ?? [];
  if (other !== undefined) throw new Error(`${name} holds more than ASCII: ${other.slice(0, 40)}`);
}

/**
 * Keeps what V8 makes of the bundles while the usual commands run, for every start after this one: compiling them
 * takes longer than Node's own start. And keeps what is always answered alike.
 */
async function keepCode() {
  const { openBundles } = createRequire(import.meta.url)(join(CLI, 'bin/open-bundles.cjs'));
  const bundles = openBundles(draft);
  const { run } = bundles.bundled('main.cjs');
  const folder = await mkdtemp(join(tmpdir(), 'de-build-bundle-'));
  const terminal = { isTTY: false, hasColours: false, columns: 80, rows: 24, write() {} };
  const io = {
    stdout: terminal,
    stderr: terminal,
    // No engine, no git: what they do is not what takes long to compile.
    environment: { DOCKER_HOST: 'unix:///none' },
    folder,
    onStop: () => () => {},
    onUnexpected() {},
    exitNow() {},
  };
  const { keepAnswers } = createRequire(import.meta.url)(join(CLI, 'bin/kept-answers.cjs'));
  await keepAnswers(
    async (argv, columns) => {
      const said = [];
      await run(argv, { ...io, stdout: { ...terminal, columns, write: (text) => void said.push(text) } });
      return said.join('');
    },
    (name, text) => writeFile(join(draft, name), text),
  );
  for (const argv of [['list'], ['check', '--format', 'json'], ['build', '--progress', 'json']]) {
    await run(argv, io);
  }
  await rm(folder, { recursive: true, force: true });
  for (const [name, code] of bundles.code()) await writeFile(join(draft, `${name}.code`), code);
}

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
