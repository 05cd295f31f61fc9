import { Secret } from '../secrets/secret.ts';
import type { App } from './app.ts';
import { credentialOf, splitUrl } from './url-user.ts';

/** A repository that has a token: that of an app, or of a build arg. */
export type TokenHolder = Pick<App, 'url' | 'credential'>;

/** A build arg whose value is the URL of a repository with a token: `ERPNEXT_REPO`. */
export interface RepositoryArg extends TokenHolder {
  readonly name: string;
  /** Without the token. */
  readonly url: string;
}

/** FRAPPE_PATH, which is the URL of an app, is not among them. */
export function repositoryArgs(filled: Readonly<Record<string, string | Secret>>): readonly RepositoryArg[] {
  return Object.entries(filled).flatMap(([name, value]) => {
    if (!(value instanceof Secret) || name === 'FRAPPE_PATH') return [];
    const { scheme, user, rest } = splitUrl(value.reveal());
    const url = scheme + rest;
    if (user === undefined || !/^https?:/i.test(scheme) || !URL.canParse(url)) return [];
    return [{ name, url, credential: credentialOf(user, value.name) }];
  });
}
