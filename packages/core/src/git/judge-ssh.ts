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
import type { RepositoryRequest } from '../errors/repository-request.ts';
import { type FailedAttempt, failed, tryAgain } from './retry.ts';
import type { SshKeys } from './ssh-command.ts';

/** GitHub, GitLab, Gitea and Forgejo, Azure DevOps, and git's own. */
const NOT_FOUND =
  /Repository not found|project you were looking for could not be found|Cannot find repository|TF401019|does not appear to be a git repository|repository '?[^\n]*'? (?:not found|does not exist)/i;

/**
 * The failure between ssh and a git host, by the messages of OpenSSH, which are never translated, and by those of the hosts
 * for a missing repository. `undefined` when it was neither.
 */
export function judgeSsh(
  stderr: string,
  {
    request,
    timeoutSeconds,
    keys,
  }: { readonly request: RepositoryRequest; readonly timeoutSeconds: number; readonly keys: SshKeys },
): FailedAttempt | undefined {
  if (/(?:^|\s)ssh: (?:command )?not found|cannot run ssh|cannot exec 'ssh|ssh: No such file/im.test(stderr))
    return failed(gitSshMissing(request));
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED/.test(stderr)) return failed(gitSshHostChanged(request));
  if (/Host key verification failed/.test(stderr)) return failed(gitSshHostUnknown(request));
  if (/Permission denied \(|Too many authentication failures/.test(stderr)) {
    const offered = { hasAgent: keys.agent !== undefined, keyFiles: keys.keyFiles.length };
    return failed(gitSshKeyRefused({ ...request, ...offered }));
  }
  const line = /^(?:ssh: |kex_|Connection |Timeout, ).*$/m.exec(stderr)?.[0] ?? '';
  const reason = line.replace(/^ssh: /, '').trim();
  if (/timed out|Timeout, server/i.test(reason))
    return failed(gitTimeout({ ...request, seconds: timeoutSeconds }));
  if (/reset by peer|closed by|kex_exchange|broken pipe/i.test(reason))
    return tryAgain(gitHostFailed({ ...request, reason: `The host closed the connection: ${reason}` }));
  if (/resolve hostname|refused|unreachable|No route|connect to host/i.test(reason))
    return failed(gitHostUnreachable({ ...request, reason }));
  if (NOT_FOUND.test(stderr)) return failed(gitRepositoryNotFound(request));
  if (/early EOF|unexpected disconnect|hung up unexpectedly/i.test(stderr))
    return tryAgain(gitAnswerCutOff({ ...request, reason: 'The end of the answer is missing' }));
  return undefined;
}
