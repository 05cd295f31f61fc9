import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sshEnvironment } from './ssh-command.ts';

let home: string;
beforeAll(async () => {
  home = join(await mkdtemp(join(tmpdir(), 'ssh-command-')), "it's a home");
  await mkdir(join(home, '.ssh'), { recursive: true });
});
afterAll(() => rm(join(home, '..'), { recursive: true, force: true }));

/** The words that ssh gets, by the shell that git hands the command to. */
function wordsOf(environment: Record<string, string>): string[] {
  const { GIT_SSH_COMMAND = '' } = sshEnvironment(environment, 30_000);
  const script = GIT_SSH_COMMAND.replace(/^'ssh'/, "printf '%s\\n'");
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trim().split('\n');
}

test('no ssh_config is read, no question is asked, and unknown hosts are refused', () => {
  const words = wordsOf({ HOME: home });
  expect(words.slice(0, 2)).toEqual(['-F', '/dev/null']);
  expect(words).toEqual(expect.arrayContaining(['BatchMode=yes', 'StrictHostKeyChecking=yes']));
  expect(words).toContain(`UserKnownHostsFile="${home}/.ssh/known_hosts" "${home}/.ssh/known_hosts2"`);
  expect(words.join(' ')).not.toContain('IdentityFile');
});

test('existing keys with the usual names are offered', async () => {
  await writeFile(join(home, '.ssh', 'id_rsa'), '');
  expect(wordsOf({ HOME: home })).toContain(`IdentityFile="${home}/.ssh/id_rsa"`);
});

test('only the agent is passed on from the environment', () => {
  const given = {
    HOME: home,
    SSH_AUTH_SOCK: '/run/agent',
    SSH_ASKPASS: '/bin/x',
    GIT_SSH: '/bin/x',
    DISPLAY: ':0',
  };
  const { GIT_SSH_COMMAND: _, ...handedOn } = sshEnvironment(given, 30_000);
  expect(handedOn).toEqual({ GIT_SSH_VARIANT: 'ssh', SSH_AUTH_SOCK: '/run/agent' });
});
