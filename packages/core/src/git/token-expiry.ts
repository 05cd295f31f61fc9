import type { Finding } from '../errors/finding.ts';
import { tokenExpired, tokenExpiresSoon } from '../errors/token-findings.ts';
import type { Credential, Repository } from './remote.ts';
import { isLoopback } from './remote-url.ts';

export interface TokenExpiryOptions {
  /** Root of GitHub's REST API: `https://api.github.com` unless given; `https://HOST/api/v3` for an Enterprise Server. */
  readonly githubApi?: string;
  /** 5000 unless given. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

const PUBLIC_API = 'https://api.github.com';
const HEADER = 'github-authentication-token-expiration';

/**
 * When a token expires, from a header in every answer of GitHub's API. `undefined` when the header is missing, when the
 * repository is not on the API's host, or when the API cannot be reached.
 *
 * Requests `/rate_limit`, which uses no quota. The token is sent only to the API's own origin; no redirect is followed.
 */
export async function readTokenExpiry(
  repository: Repository & { readonly credential: Credential },
  { githubApi = PUBLIC_API, timeoutMs = 5000, signal }: TokenExpiryOptions = {},
): Promise<Date | undefined> {
  const api = apiFor(repository.url, githubApi);
  if (api === undefined) return undefined;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await fetch(`${api.href.replace(/\/+$/, '')}/rate_limit`, {
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${repository.credential.password.reveal()}`,
        'user-agent': 'de-build',
      },
      redirect: 'manual',
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    });
    await answer.body?.cancel();
    return parseTokenExpiry(answer.headers.get(HEADER), answer.headers.get('date'));
  } catch {
    return undefined;
  }
}

/** The token of a repository may be sent only to the API on the same host, or on `api.` of it. */
function apiFor(repositoryUrl: string, githubApi: string): URL | undefined {
  if (!URL.canParse(githubApi) || !URL.canParse(repositoryUrl)) return undefined;
  const api = new URL(githubApi);
  const { hostname } = new URL(repositoryUrl);
  const isTrusted = api.protocol === 'https:' || isLoopback(api.hostname);
  return isTrusted && (api.hostname === hostname || api.hostname === `api.${hostname}`) ? api : undefined;
}

/**
 * Reads `2026-12-01 08:00:00 UTC`, `… +0500` and ISO 8601. For some fine-grained tokens GitHub sends the time of the answer
 * (google/go-github#3708); a token that was just accepted has not just expired, so that time is ignored.
 */
export function parseTokenExpiry(value: string | null, answeredAt: string | null): Date | undefined {
  if (value === null) return undefined;
  const [, day, time, zone = 'UTC'] =
    /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})\s*(UTC|Z|[+-]\d{2}:?\d{2})?$/.exec(value.trim()) ?? [];
  if (day === undefined || time === undefined) return undefined;
  const offset = /^[+-]/.test(zone) ? zone.replace(/^(.\d{2}):?(\d{2})$/, '$1:$2') : 'Z';
  const expiry = new Date(`${day}T${time}${offset}`);
  if (Number.isNaN(expiry.getTime())) return undefined;
  const answered = answeredAt === null ? Number.NaN : Date.parse(answeredAt);
  return Math.abs(expiry.getTime() - answered) < 120_000 ? undefined : expiry;
}

/** A finding when the token has expired or expires within `warnDays` (14 unless given). */
export function judgeTokenExpiry(
  expiry: Date,
  token: string,
  { now, warnDays = 14 }: { readonly now: Date; readonly warnDays?: number },
): Finding | undefined {
  const milliseconds = expiry.getTime() - now.getTime();
  if (milliseconds <= 0) return tokenExpired(token, expiry);
  const days = Math.floor(milliseconds / 86_400_000);
  return days < warnDays ? tokenExpiresSoon(token, expiry, days) : undefined;
}
