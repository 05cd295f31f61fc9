import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import { hostOf, type RepositoryRequest, repositoryFailure } from './repository-request.ts';
import { capitalSentence } from './sentence.ts';

/** `reason` is a sentence of git or of its network library. */
type WithReason = RepositoryRequest & { readonly reason: string };

/** 401 although a token was sent. */
export function gitTokenRefused(request: RepositoryRequest): DeBuildError {
  return repositoryFailure('git-token-refused', request, {
    what: `${hostOf(request.url)} refused the token ${request.token} for ${request.url}.`,
    why: 'The host answered 401: the token is wrong, has expired or was revoked.',
    fix: `Create a new token with read access to the repository, and ${placeToken(request.token)}.`,
  });
}

/** 401 and no token to send. */
export function gitTokenMissing(request: RepositoryRequest): DeBuildError {
  const host = hostOf(request.url);
  return repositoryFailure('git-token-missing', request, {
    what: `${host} requires a token for ${request.url}, and none is set.`,
    why: 'The repository is private or does not exist: without a token, hosts answer the same for both.',
    fix: `Check the spelling of the URL. If the repository is private, write a placeholder into the URL (https://\${TOKEN}@${host}/…) and set TOKEN in .env, or in the environment of a CI.`,
  });
}

export function gitForbidden(request: RepositoryRequest): DeBuildError {
  const token = request.token === undefined ? 'anyone without a token' : `the token ${request.token}`;
  return repositoryFailure('git-forbidden', request, {
    what: `${hostOf(request.url)} does not allow ${token} to read ${request.url}.`,
    why: 'The host answered 403: the token lacks read access to contents, is not approved by the organisation (single sign-on, token policy), or this IP address is not allowed.',
    fix: 'Give the token read access to the contents of the repository and authorise it for the organisation, then run it again.',
  });
}

/** 404, which hosts also answer for a private repository that a token may not see. */
export function gitRepositoryNotFound(request: RepositoryRequest): DeBuildError {
  const { url, token } = request;
  return repositoryFailure('git-repository-not-found', request, {
    what: `The repository ${url} does not exist, or is hidden.`,
    why:
      token === undefined
        ? 'The host answered that it does not exist; without a token, hosts answer the same for a private repository.'
        : `The host answered that it does not exist; hosts answer the same when the token ${token} has no access to it.`,
    fix:
      token === undefined
        ? 'Check the spelling of the URL. If the repository is private, write a placeholder for a token into the URL.'
        : `Check the spelling of the URL, and that ${token} has access to this repository.`,
  });
}

/** DNS, refused connections. */
export function gitHostUnreachable(request: WithReason): DeBuildError {
  return repositoryFailure('git-host-unreachable', request, {
    what: `${hostOf(request.url)} cannot be reached for ${request.url}.`,
    why: capitalSentence(request.reason),
    fix: "Check the host name in the URL and the network. Behind a proxy, set https_proxy or git's http.proxy.",
  });
}

/** The proxy refuses, fails or cannot be reached. */
export function gitProxyFailed(request: WithReason): DeBuildError {
  const host = hostOf(request.url);
  return repositoryFailure('git-proxy-failed', request, {
    what: `${host} cannot be reached through the proxy for ${request.url}.`,
    why: capitalSentence(request.reason),
    fix: `Check https_proxy and git's http.proxy, and that the proxy allows this machine to reach ${host} (407: it requires a user name and password). If the host needs no proxy, add it to no_proxy.`,
  });
}

export function gitTimeout(request: RepositoryRequest & { readonly seconds: number }): DeBuildError {
  return repositoryFailure('git-timeout', request, {
    what: `${hostOf(request.url)} did not answer for ${request.url} within ${request.seconds} s.`,
    why: 'The host or the network is slow, or a firewall drops the packets.',
    fix: 'Run it again. If it fails again, check the network, the proxy and the status page of the host.',
  });
}

/** 429, or 403 with the headers of a rate limit. */
export function gitRateLimited(
  request: RepositoryRequest & { readonly retryAfterSeconds: number | undefined },
): DeBuildError {
  const { url, token, retryAfterSeconds: seconds } = request;
  return repositoryFailure('git-rate-limited', request, {
    what: `The rate limit of ${hostOf(url)} is reached (request for ${url}).`,
    why: `The host limits the requests of one ${token === undefined ? 'IP address' : 'token'}.`,
    fix:
      seconds === undefined
        ? 'Wait a few minutes and run it again.'
        : `Wait ${duration(seconds)}, as the host asks, and run it again.`,
  });
}

/** 5xx, and statuses no git host should give. */
export function gitHostFailed(request: WithReason): DeBuildError {
  return repositoryFailure('git-host-failed', request, {
    what: `${hostOf(request.url)} failed to answer for ${request.url}.`,
    why: `${capitalSentence(request.reason)} Where a retry could help, the request was repeated.`,
    fix: 'Check the status page of the host and run it again later.',
  });
}

export function gitTlsFailed(request: WithReason): DeBuildError {
  const speaksNoTls =
    /wrong version number|unexpected (?:TLS )?packet|packet length|record overflow|http request/i.test(
      request.reason,
    );
  return repositoryFailure('git-tls-failed', request, {
    what: `No trusted connection to ${hostOf(request.url)} could be made for ${request.url}.`,
    why: speaksNoTls
      ? `What listens there does not answer in TLS. ${capitalSentence(request.reason)}`
      : capitalSentence(request.reason),
    fix: speaksNoTls
      ? 'Correct the port or the host of the URL; ssh (git@HOST:ORGANISATION/REPOSITORY) needs no TLS.'
      : "If the host's certificate comes from a private authority, add that to this machine (`update-ca-certificates`), or set GIT_SSL_CAINFO or git's http.sslCAInfo to its certificate. If the certificate has expired or is for another name, only the host can fix it; a wrong clock on this machine has the same effect. Certificate checks are never switched off, because the token would be sent to anyone who answers.",
  });
}

/** A redirect that the token must not follow, or a redirect loop. */
export function gitRedirected(
  request: RepositoryRequest & { readonly to: string; readonly isLoop: boolean },
): DeBuildError {
  const { url, token, to, isLoop } = request;
  const refused =
    token === undefined
      ? 'That is not an https address, so the redirect was not followed.'
      : `That is another host, and the token ${token} is not meant for it, so the redirect was not followed.`;
  return repositoryFailure('git-redirected', request, {
    what: `${hostOf(url)} redirects ${url} ${isLoop ? 'in a loop' : `to ${to}`}.`,
    why: isLoop ? `It redirected too often, the last time to ${to}.` : refused,
    fix: 'Change the URL to the current address of the repository.',
  });
}

/** It began as git's answer and is incomplete. */
export function gitAnswerCutOff(request: WithReason): DeBuildError {
  return repositoryFailure('git-answer-cut-off', request, {
    what: `The answer of ${hostOf(request.url)} for ${request.url} was cut off.`,
    why: `${capitalSentence(request.reason)} The request was repeated several times.`,
    fix: 'Run it again. If it fails again, check that `git clone` of that URL works here; a proxy or firewall may cut off long answers.',
  });
}

/** Malformed, or a web page instead of a repository. */
export function gitAnswerBroken(request: WithReason): DeBuildError {
  return repositoryFailure('git-answer-broken', request, {
    what: `${hostOf(request.url)} did not answer as a git host for ${request.url}.`,
    why: capitalSentence(request.reason),
    fix: 'Check that `git clone` of that URL works here, and that no login page or proxy answers instead.',
  });
}

export function gitUrlUnsafe(url: string, why: string): DeBuildError {
  return repositoryFailure(
    'git-url-unsafe',
    { url },
    {
      what: `The URL ${url} is not safe to pass to git.`,
      why,
      fix: 'Write it as https://HOST/ORGANISATION/REPOSITORY.',
    },
  );
}

export function gitMissing(cause: unknown): DeBuildError {
  return new DeBuildError({
    code: 'git-missing',
    what: 'git is not installed on this machine.',
    why: 'de-build reads repositories with git, and no program of that name is in PATH.',
    fix: 'Install git (apt-get install git, brew install git) and run it again.',
    exitCode: EXIT.git,
    cause,
  });
}

/** A token has either the name of an `.env` key, or a description of the place where it is written out. */
function placeToken(token: string | undefined): string {
  return token !== undefined && /^\w+$/.test(token)
    ? `put it where ${token} is set`
    : 'set it under a key that the URL names, such as ${GIT_TOKEN}, instead of writing it into the URL';
}

function duration(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} minutes`;
}
