import { type AskedRepository, hostOf, repositoryFailure } from './asked-repository.ts';
import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import { capitalSentence } from './sentence.ts';

/** 401 although a token was sent. */
export function gitTokenRefused(asked: AskedRepository): DeBuildError {
  return repositoryFailure('git-token-refused', asked, {
    what: `${hostOf(asked.url)} refused the token ${asked.token} for ${asked.url}.`,
    why: 'The host answered 401: the token is wrong, has expired or was revoked.',
    fix: `Make a new token that may read the repository, and ${placeToken(asked.token)}.`,
  });
}

/** 401 and no token to send. */
export function gitTokenMissing(asked: AskedRepository): DeBuildError {
  return repositoryFailure('git-token-missing', asked, {
    what: `${hostOf(asked.url)} asks for a token before it shows ${asked.url}, and there is none.`,
    why: 'The repository is private or does not exist: a host does not tell a stranger which.',
    fix: `Check the spelling of the URL. If it is private, write a placeholder into it (https://\${TOKEN}@${hostOf(asked.url)}/…) and set that key in .env.`,
  });
}

export function gitForbidden(asked: AskedRepository): DeBuildError {
  const token = asked.token === undefined ? 'anybody without a token' : `the token ${asked.token}`;
  return repositoryFailure('git-forbidden', asked, {
    what: `${hostOf(asked.url)} does not allow ${token} to read ${asked.url}.`,
    why: 'The host answered 403: the token lacks the right to read contents, is not approved by the organisation (single sign-on, token policy), or this address is not on its list.',
    fix: 'Give the token read access to the contents of the repository and authorise it for the organisation, then run it again.',
  });
}

/** 404, which is also what hosts answer for a private repository that a token may not see. */
export function gitRepositoryNotFound(asked: AskedRepository): DeBuildError {
  const hidden =
    asked.token === undefined
      ? 'a host answers the same for a private one when no token is sent'
      : `a host answers the same when the token ${asked.token} may not see it`;
  return repositoryFailure('git-repository-not-found', asked, {
    what: `There is no repository ${asked.url}, or it is hidden.`,
    why: `The host answered that it is not there; ${hidden}.`,
    fix:
      asked.token === undefined
        ? 'Check the spelling of the URL. If it is private, write a placeholder for a token into it.'
        : `Check the spelling of the URL, and that ${asked.token} has access to this repository.`,
  });
}

/** DNS, refused connections, a proxy in between. `reason` is the network library's own sentence. */
export function gitHostUnreachable(asked: AskedRepository & { readonly reason: string }): DeBuildError {
  return repositoryFailure('git-host-unreachable', asked, {
    what: `${hostOf(asked.url)} cannot be reached for ${asked.url}.`,
    why: capitalSentence(asked.reason),
    fix: "Check the host name in the URL and the network; behind a proxy, set https_proxy or git's http.proxy.",
  });
}

/** The proxy in between refuses, fails or is not there. `reason` is the network library's own sentence. */
export function gitProxyFailed(asked: AskedRepository & { readonly reason: string }): DeBuildError {
  return repositoryFailure('git-proxy-failed', asked, {
    what: `${hostOf(asked.url)} cannot be reached for ${asked.url} through the proxy.`,
    why: capitalSentence(asked.reason),
    fix: `Check https_proxy and git's http.proxy, and that the proxy lets this machine reach ${hostOf(asked.url)} (407: it wants a name and a password). For a host that needs no proxy, name it in no_proxy.`,
  });
}

export function gitTimeout(asked: AskedRepository & { readonly seconds: number }): DeBuildError {
  return repositoryFailure('git-timeout', asked, {
    what: `${hostOf(asked.url)} did not answer for ${asked.url} within ${asked.seconds} s.`,
    why: 'The host or the network is slow, or something on the way drops the packets.',
    fix: 'Run it again. If it stays so, check the network and the proxy, and the status page of the host.',
  });
}

/** 429, or 403 with the headers of a rate limit. */
export function gitRateLimited(
  asked: AskedRepository & { readonly retryAfterSeconds: number | undefined },
): DeBuildError {
  return repositoryFailure('git-rate-limited', asked, {
    what: `${hostOf(asked.url)} allows no more requests at the moment, asked for ${asked.url}.`,
    why: `The host limits how much one ${asked.token === undefined ? 'address' : 'token'} may ask.`,
    fix:
      asked.retryAfterSeconds === undefined
        ? 'Wait a few minutes and run it again.'
        : `Wait ${duration(asked.retryAfterSeconds)} and run it again; the host asks for that.`,
  });
}

/** 5xx, and statuses no git host should give. */
export function gitHostFailed(asked: AskedRepository & { readonly reason: string }): DeBuildError {
  return repositoryFailure('git-host-failed', asked, {
    what: `${hostOf(asked.url)} failed when it was asked for ${asked.url}.`,
    why: `${capitalSentence(asked.reason)} It was asked several times where that could help.`,
    fix: 'Look at the status page of the host and run it again later.',
  });
}

export function gitTlsFailed(asked: AskedRepository & { readonly reason: string }): DeBuildError {
  return repositoryFailure('git-tls-failed', asked, {
    what: `No trusted connection to ${hostOf(asked.url)} could be made for ${asked.url}.`,
    why: capitalSentence(asked.reason),
    fix: "If the host has a certificate of your own authority, name that in git's http.sslCAInfo or in SSL_CERT_FILE. If it has expired or is for another name, only the host can mend it; a wrong clock on this machine looks the same. Certificate checks are never switched off, because the token would go to whoever answers.",
  });
}

/** A redirect that the token must not follow, or that never ends. */
export function gitRedirected(
  asked: AskedRepository & { readonly to: string; readonly isLoop: boolean },
): DeBuildError {
  return repositoryFailure('git-redirected', asked, {
    what: asked.isLoop
      ? `${hostOf(asked.url)} sends ${asked.url} round in circles.`
      : `${hostOf(asked.url)} sends ${asked.url} on to ${asked.to}.`,
    why: asked.isLoop
      ? `It redirected too often, the last time to ${asked.to}.`
      : asked.token === undefined
        ? 'That is not an https address, so it was not followed.'
        : `That is another host, and the token ${asked.token} was not meant for it, so it was not sent there.`,
    fix: 'Write the address where the repository lives now into the URL.',
  });
}

/** It began as git's answer and did not come to its end. */
export function gitAnswerCutOff(asked: AskedRepository & { readonly reason: string }): DeBuildError {
  return repositoryFailure('git-answer-cut-off', asked, {
    what: `The answer of ${hostOf(asked.url)} for ${asked.url} was cut off.`,
    why: `${capitalSentence(asked.reason)} It was asked for several times.`,
    fix: 'Run it again. If it stays so, see whether `git clone` of that URL works here; a proxy or firewall on the way may cut long answers off.',
  });
}

/** Garbled, or a web page instead of a repository. */
export function gitAnswerBroken(asked: AskedRepository & { readonly reason: string }): DeBuildError {
  return repositoryFailure('git-answer-broken', asked, {
    what: `What ${hostOf(asked.url)} answered for ${asked.url} is not a git repository's answer.`,
    why: capitalSentence(asked.reason),
    fix: 'Check that the URL is the one you would clone, and that no login page or proxy answers in its place.',
  });
}

export function gitUrlUnsafe(url: string, why: string): DeBuildError {
  return repositoryFailure(
    'git-url-unsafe',
    { url },
    {
      what: `git is not sent to ${url}.`,
      why,
      fix: 'Write it as https://HOST/ORGANISATION/REPOSITORY.',
    },
  );
}

export function gitMissing(cause: unknown): DeBuildError {
  return new DeBuildError({
    code: 'git-missing',
    what: 'There is no git on this machine.',
    why: 'de-build asks git hosts through git, and no program of that name is in PATH.',
    fix: 'Install git (apt-get install git, brew install git) and run it again.',
    exitCode: EXIT.git,
    cause,
  });
}

/** A token has either the name of an `.env` key, or a description of the place where it is written out. */
function placeToken(token: string | undefined): string {
  return token !== undefined && /^\w+$/.test(token)
    ? `set ${token} in .env to it`
    : `set it in .env under a key that the URL names, such as \${GIT_TOKEN}, instead of writing it out`;
}

function duration(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} minutes`;
}
