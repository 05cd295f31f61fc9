import { Secret } from '../secrets/secret.ts';
import type { AppEntry } from '../site/apps-json.ts';
import type { ResolvedApp } from './app.ts';
import { fillUrl } from './fill-url.ts';
import type { ValueSource } from './placeholder-values.ts';

export interface DeliverOptions extends ValueSource {
  /** Where the build clones an app from instead of its own URL: the mirror. */
  readonly urlOf?: (app: ResolvedApp) => string;
  /**
   * Adds each app's commit to its entry under the key `commit`, and frappe's to the first one under `frappe_commit`.
   * bench reads only `url` and `branch`; where the document is a build arg, the extra keys make a moved branch another
   * build.
   */
  readonly withCommits: boolean;
}

/**
 * apps.json as the build gets it: placeholders filled, other keys kept. It depends on the entries, the values and the
 * commits alone, byte for byte, so that an unmoved site stays cached.
 */
export function renderAppsJson(
  entries: readonly AppEntry[],
  resolved: readonly ResolvedApp[],
  options: DeliverOptions,
): Secret {
  const frappe = resolved.find(({ line }) => line === undefined);
  const document = entries.map((entry, index) => {
    const filled = fillUrl(entry.url, options, { file: 'apps.json', line: entry.line });
    const app = resolved.find(({ line }) => line === entry.line);
    if ('findings' in filled || app === undefined)
      throw new Error(
        `The entry on line ${entry.line} of apps.json was not resolved before it was delivered`,
      );
    return {
      ...entry.extra,
      url: options.urlOf?.(app) ?? (typeof filled.whole === 'string' ? filled.whole : filled.whole.reveal()),
      ...(entry.branch === undefined ? {} : { branch: entry.branch }),
      ...(options.withCommits ? { commit: app.commit } : {}),
      ...(options.withCommits && index === 0 && frappe !== undefined ? { frappe_commit: frappe.commit } : {}),
    };
  });
  return new Secret('apps.json', `${JSON.stringify(document, undefined, 2)}\n`);
}

/** The value of `APPS_JSON_BASE64`: base64 without line breaks. */
export function encodeAppsJson(document: Secret): Secret {
  return document.map('APPS_JSON_BASE64', (text) => Buffer.from(text, 'utf8').toString('base64'));
}
