import { appUrlUnusable } from '../errors/app-findings.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import type { Finding, Place } from '../errors/finding.ts';
import { parseRemoteUrl, showable } from '../git/remote-url.ts';
import { holdsToken } from '../secrets/token-kinds.ts';

/** Why a filled URL without credentials does not name a repository that can be queried. */
export function findUrlProblem(url: string, place: Place): Finding | undefined {
  if (holdsToken(url)) {
    const why = 'It holds a token outside its user part, where git and every log show it.';
    return appUrlUnusable('a URL that is not repeated here', why, place);
  }
  try {
    const { pathname } = parseRemoteUrl(url);
    if (pathname.split('/').filter((part) => part !== '').length >= 2) return undefined;
    const why = 'bench needs an organisation and a repository in the path.';
    return appUrlUnusable(showable(url), why, place);
  } catch (error) {
    if (!isDeBuildError(error)) throw error;
    return appUrlUnusable(showable(url), error.why, place);
  }
}
