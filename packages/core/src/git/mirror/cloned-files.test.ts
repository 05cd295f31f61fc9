import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { arrangeCloned, type ClonedSource } from './cloned-files.ts';
import type { PinnedSource } from './mirror.ts';

const KEY = (url: string) => url.replace(/^\w+:\/\//, '').replace(/\.git$/, '');

describe.each(['sha1', 'sha256'])('%s', (format) => {
  let folder: string;
  let main: PinnedSource;
  let tag: PinnedSource;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'de-build-cloned-'));
    const work = join(folder, 'work');
    git(folder, ['init', '-q', '--initial-branch=main', `--object-format=${format}`, work]);
    const commit = (text: string) => {
      writeFileSync(join(work, 'a.txt'), text);
      git(work, ['add', '.']);
      git(work, ['commit', '-q', '-m', text]);
      return git(work, ['rev-parse', 'HEAD']);
    };
    const first = commit('first');
    git(work, ['tag', '-a', '-m', 'v1', 'v1']);
    const tagObject = git(work, ['rev-parse', 'v1']);
    const second = commit('second');
    git(work, ['repack', '-adq']);
    const repository = join(work, '.git');
    const packs = readdirSync(join(repository, 'objects', 'pack'))
      .filter((name) => name.endsWith('.pack'))
      .map((name) => name.replace('.pack', ''));
    const shared = { repository, packs, origin: 'present', notices: [] } as const;
    main = { ...shared, url: 'https://git.example/a/b.git', ref: 'main', kind: 'branch', commit: second };
    tag = { ...shared, url: 'ssh://git.example/a/b', ref: 'v1', kind: 'tag', commit: first, tagObject };
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function write(name: string, sources: readonly ClonedSource[]): string {
    const { files, folderOf } = arrangeCloned(sources, KEY);
    for (const file of files) {
      const path = join(folder, name, file.path);
      mkdirSync(dirname(path), { recursive: true });
      if ('content' in file) writeFileSync(path, file.content);
      else copyFileSync(file.file, path);
    }
    return `file://${join(folder, name, folderOf((sources[0] as ClonedSource).source))}`;
  }

  function clone(options: readonly string[], url: string) {
    const to = mkdtempSync(join(folder, 'to-'));
    const strict = ['-c', 'fetch.fsckObjects=true', '-c', 'advice.detachedHead=false'];
    const { status, stderr } = spawnSync('git', [...strict, 'clone', '-q', ...options, url, to], {
      env: ENVIRONMENT,
      encoding: 'utf8',
    });
    return { status, stderr, text: status === 0 ? readFileSync(join(to, 'a.txt'), 'utf8') : undefined };
  }

  test('one repository of a URL has all planned refs', () => {
    const url = write('both', [
      { source: tag, isDefault: false },
      { source: main, isDefault: true },
    ]);
    expect(clone([], url)).toMatchObject({ status: 0, text: 'second' });
    expect(clone(['--depth', '1'], url)).toMatchObject({ status: 0, text: 'second' });
    expect(clone(['-b', 'v1'], url)).toMatchObject({ status: 0, text: 'first' });
    expect(clone(['-b', 'v2'], url)).toMatchObject({
      status: 128,
      stderr: expect.stringContaining('Remote branch v2 not found'),
    });
    expect(execFileSync('git', ['ls-remote', '--tags', url], { env: ENVIRONMENT, encoding: 'utf8' })).toBe(
      `${tag.tagObject}\trefs/tags/v1\n${tag.commit}\trefs/tags/v1^{}\n`,
    );
  });

  test('without its default branch, a clone that names no ref fails by name', () => {
    const url = write('tag', [{ source: tag, isDefault: false }]);
    for (const options of [
      ['-b', 'v1'],
      ['-b', 'v1', '--depth', '1'],
    ])
      expect(clone(options, url)).toMatchObject({ status: 0, text: 'first' });
    for (const options of [[], ['--depth', '1'], ['--filter=blob:none', '--depth', '1']])
      expect(clone(options, url)).toMatchObject({
        status: 128,
        stderr: expect.stringContaining(
          'The plan of this release has other branches or tags of this repository',
        ),
      });
  });
});

const ENVIRONMENT = {
  PATH: process.env.PATH,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.invalid',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.invalid',
};

function git(folder: string, args: readonly string[]): string {
  return execFileSync('git', ['-C', folder, ...args], { env: ENVIRONMENT, encoding: 'utf8' }).trim();
}
