import type { Finding } from '../errors/finding.ts';
import type { Credential } from '../git/remote.ts';
import { judgeTokenExpiry, readTokenExpiry, type TokenExpiryOptions } from '../git/token-expiry.ts';
import type { App } from './app.ts';

/** Queries when the tokens of apps expire: each token once, for the first app that uses it. */
export async function checkTokenExpiry(
  apps: readonly App[],
  options: TokenExpiryOptions & { readonly now: Date; readonly warnDays: number },
): Promise<Finding[]> {
  const first = new Map<string, { url: string; credential: Credential }>();
  for (const { url, credential } of apps) {
    if (credential === undefined || first.has(credential.password.name)) continue;
    first.set(credential.password.name, { url, credential });
  }
  const findings = await Promise.all(
    [...first].map(async ([token, repository]) => {
      const expiry = await readTokenExpiry(repository, options);
      return expiry === undefined ? undefined : judgeTokenExpiry(expiry, token, options);
    }),
  );
  return findings.filter((finding) => finding !== undefined);
}
