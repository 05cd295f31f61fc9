import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fakeIo } from '../fake-io.fixture.ts';
import { run } from '../main.ts';
import { completionScript, type Shell } from './completion-script.ts';

async function complete(...words: string[]): Promise<string[]> {
  const io = fakeIo();
  expect(await run(['--get-yargs-completions', 'de-build', ...words], io)).toBe(0);
  return io.written.stdout.split('\n').filter(Boolean);
}

const COMMANDS = [
  'build',
  'check',
  'bump',
  'list',
  'show',
  'apps',
  'verify',
  'audit',
  'diff',
  'rebuild',
  'archive',
  'restore',
  'retag',
  'status',
  'deploy',
  'migrate',
  'rollback',
  'backup',
  'history',
  'logs',
  'shell',
  'compose',
  'attach',
  'scale',
  'prune',
  'doctor',
  'completion',
];

describe('what may come next', () => {
  test('the commands', async () => {
    expect(await complete('')).toEqual(COMMANDS);
    expect(await complete('--site', 'x', '')).toEqual(COMMANDS);
  });

  test('the options of build, named or not', async () => {
    const options = ['--no-cache', '--dry-run', '--progress', '--site', '--help'];
    expect(await complete('--')).toEqual(expect.arrayContaining(options));
    expect(await complete('build', '--')).toEqual(await complete('--'));
  });

  test('the options of another command', async () => {
    const options = await complete('check', '--');
    expect(options).toEqual(expect.arrayContaining(['--format', '--skip']));
    expect(options).not.toContain('--no-cache');
  });

  test.each([
    [
      ['check', '--format', ''],
      ['pretty', 'json', 'junit', 'github'],
    ],
    [
      ['check', '--format', 'j'],
      ['json', 'junit'],
    ],
    [['--progress', '=', 'p'], ['plain']],
    [
      ['--progress', '='],
      ['auto', 'plain', 'json'],
    ],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
  ])('the choices after %j', async (words, choices) => {
    expect(await complete(...words)).toEqual(expect.arrayContaining(choices));
  });

  test.each([[['--site', '']], [['check', '--site', './']], [['--build-arg', '=']]])(
    'nothing of ours where any value may stand: %j',
    async (words) => {
      expect(await complete(...words)).toEqual([]);
    },
  );
});

describe('in a shell', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'de-build-completion-'));
    // Stands for the command, and answers as it would for the words it was given.
    const answers = await complete('ch');
    const program = `#!/bin/sh\necho "$@" > '${folder}/asked'\nprintf '%s\\n' ${answers.join(' ')}\n`;
    await writeFile(join(folder, 'de-build'), program, { mode: 0o755 });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('bash completes a command', async () => {
    const script = `${completionScript('bash')}
complete -p de-build
COMP_WORDS=(de-build ch) COMP_CWORD=1
_de_build_completions
echo "\${COMPREPLY[@]}"; cat "${folder}/asked"`;
    const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', script], {
      env: { PATH: `${folder}${delimiter}${process.env.PATH}` },
    });
    expect(stdout.split('\n')).toEqual([
      'complete -o default -F _de_build_completions de-build',
      'check',
      '--get-yargs-completions de-build ch',
      '',
    ]);
  });

  test.each(['bash', 'zsh', 'fish'] satisfies Shell[])('%s can read its script', async (shell) => {
    const check = promisify(execFile)(shell, ['-n', '-c', completionScript(shell)]).catch(
      (error: NodeJS.ErrnoException) => {
        // Most machines have bash only.
        if (error.code !== 'ENOENT') throw error;
        return { stderr: '' };
      },
    );
    expect((await check).stderr).toBe('');
    const io = fakeIo();
    expect(await run(['completion', shell], io)).toBe(0);
    expect(io.written.stdout).toBe(completionScript(shell));
  });
});
