import { omitUndefined } from '../omit-undefined.ts';
import { Secret } from '../secrets/secret.ts';
import type { AppEntry } from '../site/apps-json.ts';
import type { ResolvedApp } from './app.ts';
import { fillUrl } from './fill-url.ts';
import type { ValueSource } from './placeholder-values.ts';

export interface DeliverOptions extends ValueSource {
  /** The URL that the build clones an app from instead of its own: the mirror's. */
  readonly urlOf?: (app: ResolvedApp) => string;
  /**
   * Adds each app's commit to its entry under the key `commit`, and frappe's to the first one under `frappe_commit`.
   * bench reads only `url` and `branch`; where the document is a build arg, the extra keys change it when a branch has
   * changed, so that its steps are built again.
   */
  readonly withCommits: boolean;
}

/**
 * apps.json as the build gets it: placeholders filled, other keys kept. It depends on the entries, the values and the
 * commits alone, byte for byte, so that an unchanged site stays cached.
 */
export function renderAppsJson(
  entries: readonly AppEntry[],
  resolved: readonly ResolvedApp[],
  { urlOf, withCommits, ...values }: DeliverOptions,
): Secret {
  const frappe = resolved.find(({ line }) => line === undefined);
  const document = entries.map((entry, index) => {
    const filled = fillUrl(entry.url, values, { file: 'apps.json', line: entry.line });
    const app = resolved.find(({ line }) => line === entry.line);
    if ('findings' in filled || app === undefined)
      throw new Error(`The entry in line ${entry.line} of apps.json was not resolved`);
    return {
      ...entry.extra,
      url: urlOf?.(app) ?? (typeof filled.whole === 'string' ? filled.whole : filled.whole.reveal()),
      ...omitUndefined({
        branch: entry.branch,
        commit: withCommits ? app.commit : undefined,
        frappe_commit: withCommits && index === 0 ? frappe?.commit : undefined,
      }),
    };
  });
  return new Secret('apps.json', `${JSON.stringify(document, undefined, 2)}\n`);
}

/** The value of `APPS_JSON_BASE64`: base64 without line breaks. */
export function encodeAppsJson(document: Secret): Secret {
  return document.map('APPS_JSON_BASE64', (text) => Buffer.from(text, 'utf8').toString('base64'));
}
