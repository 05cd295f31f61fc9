import { rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'rolldown';

const CLI = join(import.meta.dirname, '../packages/cli');
const OUTPUT = join(CLI, 'dist/bundle');
const draft = `${OUTPUT}-${process.pid}`;

await build({
  input: join(CLI, 'src/main.ts'),
  platform: 'node',
  resolve: {
    conditionNames: ['@de-build/source', 'node'],
    // jsonc-parser's main file requires its parts in a way that no bundler can follow.
    mainFields: ['module', 'main'],
    alias: {
      // dockerode loads these for calls that de-build never makes: 300 ms.
      ssh2: false,
      '@grpc/grpc-js': false,
      '@grpc/proto-loader': false,
      protobufjs: false,
      // yargs loads it for every command: 100 ms.
      'string-width': join(CLI, '../../node_modules/fast-string-width/dist/index.js'),
    },
  },
  transform: { target: 'node20.19' },
  checks: { emptyImportMeta: false },
  output: {
    dir: draft,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name].cjs',
    minify: { mangle: false },
    // main.cjs needs these at once, and nothing else of core.
    codeSplitting: { groups: [{ name: 'secrets', test: /core.src.secrets/ }] },
  },
});
await writeFile(join(draft, 'answers.json'), JSON.stringify(await prepareAnswers()));
await putInPlace();

/** What bin/de-build.cjs answers at once: the version, and the help for a pipe and for a wide terminal. */
async function prepareAnswers() {
  const { run } = createRequire(import.meta.url)(join(draft, 'main.cjs'));
  const answers = {};
  for (const columns of [80, 100]) {
    for (const question of ['--help', '-h', 'help', '--version', '-V']) {
      let answer = '';
      const terminal = { columns, write: (text) => (answer += text) };
      await run([question], { stdout: terminal, stderr: terminal, onUnexpected() {} });
      answers[`${columns} ${question}`] = answer;
    }
  }
  return answers;
}

/** In one step, so that no process finds half a bundle. */
async function putInPlace() {
  const old = `${draft}-old`;
  await rename(OUTPUT, old).catch(() => {});
  await rename(draft, OUTPUT);
  await rm(old, { recursive: true, force: true });
}
