import type { AskedRepository } from '../errors/asked-repository.ts';
import {
  gitAnswerCutOff,
  gitHostFailed,
  gitHostUnreachable,
  gitRepositoryNotFound,
  gitTimeout,
} from '../errors/git-failures.ts';
import {
  gitSshHostChanged,
  gitSshHostUnknown,
  gitSshKeyRefused,
  gitSshMissing,
} from '../errors/git-ssh-failures.ts';
import type { Trouble } from './ask-patiently.ts';
import type { SshMeans } from './ssh-command.ts';

export interface AskedOverSsh {
  readonly repository: AskedRepository;
  readonly timeoutSeconds: number;
  readonly means: SshMeans;
}

/**
 * What went wrong between ssh and a git host, by the words of OpenSSH, which are never translated, and by those of the
 * hosts for a repository that is not there. `undefined` when it was neither.
 */
export function judgeSsh(
  stderr: string,
  { repository, timeoutSeconds, means }: AskedOverSsh,
): Trouble | undefined {
  const failed = (error: ReturnType<typeof gitSshHostUnknown>): Trouble => ({ outcome: 'failed', error });
  const tryAgain = (error: ReturnType<typeof gitSshHostUnknown>): Trouble => ({
    outcome: 'try-again',
    error,
    waitSeconds: undefined,
  });
  if (/(?:^|\s)ssh: (?:command )?not found|cannot run ssh|cannot exec 'ssh|ssh: No such file/im.test(stderr))
    return failed(gitSshMissing(repository));
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED/.test(stderr)) return failed(gitSshHostChanged(repository));
  if (/Host key verification failed/.test(stderr)) return failed(gitSshHostUnknown(repository));
  if (/Permission denied \(|Too many authentication failures/.test(stderr))
    return failed(
      gitSshKeyRefused({
        ...repository,
        hasAgent: means.agent !== undefined,
        keyFiles: means.keyFiles.length,
      }),
    );
  const reason =
    /^(?:ssh: |kex_|Connection |Timeout, ).*$/m
      .exec(stderr)?.[0]
      .replace(/^ssh: /, '')
      .trim() ?? '';
  if (/timed out|Timeout, server/i.test(reason))
    return failed(gitTimeout({ ...repository, seconds: timeoutSeconds }));
  if (/reset by peer|closed by|kex_exchange|broken pipe/i.test(reason))
    return tryAgain(gitHostFailed({ ...repository, reason: `The host broke the connection off: ${reason}` }));
  if (reason !== '' && /resolve hostname|refused|unreachable|No route|connect to host/i.test(reason))
    return failed(gitHostUnreachable({ ...repository, reason }));
  if (NOT_FOUND.test(stderr)) return failed(gitRepositoryNotFound(repository));
  if (/early EOF|unexpected disconnect|hung up unexpectedly/i.test(stderr))
    return tryAgain(gitAnswerCutOff({ ...repository, reason: 'git could not read it to its end' }));
  return undefined;
}

/** GitHub, GitLab, Gitea and Forgejo, Azure DevOps, and git's own. */
const NOT_FOUND =
  /Repository not found|project you were looking for could not be found|Cannot find repository|TF401019|does not appear to be a git repository|repository '?[^\n]*'? (?:not found|does not exist)/i;
