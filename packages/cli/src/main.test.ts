import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { type FakeIoOptions, fakeIo } from './fake-io.fixture.ts';
import { run } from './main.ts';
import { COMMAND_NAMES } from './parse/names.ts';
import { wantsColours } from './terminal/colours.ts';

/** In this repository, which holds what makes a site, unless it is called elsewhere. */
async function call(line: string, options: FakeIoOptions = {}) {
  const io = fakeIo({ folder: import.meta.dirname, ...options });
  const exitCode = await run(line === '' ? [] : line.split(' '), io);
  return { exitCode, ...io.written };
}

describe('help', () => {
  test.each(['', ...COMMAND_NAMES.filter((name) => name !== 'help')])('of "%s"', async (command) => {
    const { exitCode, stdout, stderr } = await call(`${command} --help`.trim());
    expect(stdout).toMatchSnapshot();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test.each([
    ['help', '--help'],
    ['help build', 'build --help'],
    ['-h', '--help'],
    ['check -h', 'check --help'],
    ['bump --help patch', 'bump --help'],
    ['build --no-cache --help', 'build --help'],
  ])('"%s" is "%s"', async (line, same) => {
    expect(await call(line)).toEqual(await call(same));
  });

  test('lists every command once, and the options of build only in the help of build', async () => {
    const { stdout } = await call('--help');
    const listed = [...stdout.matchAll(/^ {2}de-build (\w+).*? {2}/gm)].map((match) => match[1]);
    const commands = COMMAND_NAMES.filter((name) => name !== 'help');
    expect(listed.slice(0, commands.length)).toEqual(commands);
    expect(stdout).not.toContain('--no-cache');
    expect(stdout.indexOf('Commands:')).toBeLessThan(stdout.indexOf('General options:'));
  });

  test.each([40, 60, 100, 200])('fits %i columns, and is never wider than 100', async (columns) => {
    const { stdout } = await call('build --help', { columns });
    const widest = Math.max(...stdout.split('\n').map((line) => line.length));
    expect(widest).toBeLessThanOrEqual(Math.min(columns, 100));
  });

  test('has no colour codes, not even on a terminal', async () => {
    const { stdout } = await call('--help', { isTTY: true, hasColours: true });
    expect(stdout).not.toContain('\u001b');
  });
});

test.each(['--version', '-V', 'build --version'])('%s', async (line) => {
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
  expect(await call(line)).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
});

describe('usage errors end with 2 and one helpful line', () => {
  test.each([
    ['chek', 'There is no command "chek". Did you mean check?', 'de-build --help'],
    ['Build', 'There is no command "Build". Did you mean build?', 'de-build --help'],
    ['frobnicate', 'There is no command "frobnicate".', 'de-build --help'],
    ['chek --help', 'There is no command "chek". Did you mean check?', 'de-build --help'],
    ['help bild', 'There is no command "bild". Did you mean build?', 'de-build --help'],
    ['--forse', 'There is no option --forse. Did you mean --force?', 'de-build --help'],
    ['build --no-cahce', 'There is no option --no-cahce. Did you mean --no-cache?', 'de-build build --help'],
    ['check --no-cache', 'There is no option --no-cache.', 'de-build check --help'],
    ['show --jsno', 'There is no option --jsno. Did you mean --json?', 'de-build show --help'],
    ['build -x', 'There is no option -x.', 'de-build build --help'],
    ['--site.x=1', 'There is no option --site.x. Did you mean --site?', 'de-build --help'],
    [
      'check --format xml',
      'Invalid value: format is given "xml"; it takes "pretty", "json", "junit", "github".',
      'de-build check --help',
    ],
    [
      '--network bridge',
      'Invalid value: network is given "bridge"; it takes "default", "host", "none".',
      'de-build --help',
    ],
    [
      'completion tcsh',
      'Invalid value: shell is given "tcsh"; it takes "bash", "zsh", "fish".',
      'de-build completion --help',
    ],
    ['bump', 'bump needs <to>.', 'de-build bump --help'],
    ['completion', 'completion needs <shell>.', 'de-build completion --help'],
    ['check 1.0.0', 'Unknown argument: 1.0.0.', 'de-build check --help'],
    ['--site', 'The option site needs a value.', 'de-build --help'],
    ['--build-arg', 'The option build-arg needs a value.', 'de-build --help'],
    ['list --limit few', 'The option limit takes a whole number from 1 on.', 'de-build list --help'],
    ['list --limit 0', 'The option limit takes a whole number from 1 on.', 'de-build list --help'],
  ])('%s', async (line, message, help) => {
    expect(await call(line)).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `de-build: ${message}\nRun \`${help}\` to see what there is.\n`,
    });
  });

  test.each([
    ['check --site /nowhere', 'There is no site in /nowhere.'],
    ['--build-arg NAME', 'A `--build-arg` is not in the form NAME=VALUE.'],
    ['restore 1.0.0 --from', 'The option from needs a value.'],
    ['prune --keep-storage much', 'The value of `--keep-storage` is invalid.'],
    ['check --skip engin', 'There is no check "engin".'],
  ])('what core refuses for the same reason: %s', async (line, message) => {
    const { exitCode, stdout, stderr } = await call(line);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });
});

describe('what is repeated', () => {
  test('counts the last time', async () => {
    const { stderr } = await call('check --site /first --site /second');
    expect(stderr).toContain('There is no site in /second.');
  });

  test('a version stays as written', async () => {
    const { stderr } = await call('show 1.10');
    expect(stderr).toContain('There is no record of "1.10".');
  });
});

describe('colours', () => {
  test.each([
    [{}, true, true],
    [{}, false, false],
    [{ TERM: 'dumb' }, true, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, true, false],
  ])('%j on a terminal: %s', (environment, isTTY, expected) => {
    expect(wantsColours(environment, isTTY)).toBe(expected);
  });

  test('an error is coloured only where colours are wanted', async () => {
    expect((await call('check --site /nowhere', { hasColours: true })).stderr).toContain('\u001b[');
    expect((await call('check --site /nowhere', { hasColours: false })).stderr).not.toContain('\u001b[');
  });
});
