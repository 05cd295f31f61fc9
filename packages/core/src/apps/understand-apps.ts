import { appUrlUnusable, type Place } from '../errors/app-failures.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import type { Finding } from '../errors/finding.ts';
import { parseRemoteUrl, showable } from '../git/remote-url.ts';
import type { Secret } from '../secrets/secret.ts';
import { judgeBranch } from '../site/app-branch.ts';
import { type Complaint, judgeUrl } from '../site/app-url.ts';
import type { AppEntry } from '../site/apps-json.ts';
import { holdsTokenShape } from '../site/token-shape.ts';
import type { App } from './app.ts';
import { benchName } from './bench-name.ts';
import { fillUrl } from './fill-url.ts';
import { findDifferingAliases, type ValueSource } from './placeholder-values.ts';

export interface UnderstandOptions extends ValueSource {
  /** What findings call the file; `apps.json` unless given. */
  readonly file?: string;
}

export interface UnderstoodApps {
  /** In the order of the file; entries with a finding of severity `error` are missing. */
  readonly apps: readonly App[];
  readonly findings: readonly Finding[];
  /** The keys of `.env` that were used; for `findUnusedTokens`. */
  readonly usedKeys: ReadonlySet<string>;
}

/** Turns entries into apps: placeholders filled, credentials apart from the URL, named as bench names them. */
export function understandApps(entries: readonly AppEntry[], options: UnderstandOptions): UnderstoodApps {
  const file = options.file ?? 'apps.json';
  const findings = findDifferingAliases(options);
  const usedKeys = new Set<string>();
  const apps: App[] = [];
  for (const entry of entries) {
    const place = { file, line: entry.line };
    const filled = fillUrl(entry.url, options, place);
    if ('findings' in filled) {
      findings.push(...filled.findings);
      continue;
    }
    for (const key of filled.usedKeys) usedKeys.add(key);
    const problem = findUrlProblem(filled.url, place);
    if (problem === undefined) {
      apps.push({
        name: benchName(filled.url),
        url: filled.url,
        ref: entry.branch,
        credential: filled.credential,
        line: entry.line,
      });
    } else if (entry.isFaulty !== true) findings.push(problem);
  }
  return { apps, findings, usedKeys };
}

/** The frappe that the build args name, or what is wrong with it. */
export function frappeApp(
  args: Readonly<Record<string, string | Secret>>,
  placeOf: (name: string) => Place = () => ({ file: 'de-build.json' }),
): { readonly app: App | undefined; readonly findings: readonly Finding[] } {
  const given = args.FRAPPE_PATH ?? '';
  const text = typeof given === 'string' ? given : given.reveal();
  const branch = args.FRAPPE_BRANCH ?? '';
  const ref = typeof branch === 'string' ? branch : branch.reveal();
  // bench's own default.
  const place = placeOf('FRAPPE_PATH');
  const filled = fillUrl(text === '' ? 'https://github.com/frappe/frappe.git' : text, NO_VALUES, place);
  if ('findings' in filled) return { app: undefined, findings: filled.findings };
  const problem = findUrlProblem(filled.url, place);
  const findings = [
    ...(problem === undefined ? complaintAbout('FRAPPE_PATH', judgeUrl(filled.url).complaint, place) : []),
    ...(problem === undefined ? [] : [{ ...problem, subject: 'FRAPPE_PATH' }]),
    ...(ref === '' ? [] : complaintAbout('FRAPPE_BRANCH', judgeBranch(ref), placeOf('FRAPPE_BRANCH'))),
  ];
  if (findings.length > 0) return { app: undefined, findings };
  const { credential } = filled;
  const named =
    credential === undefined || typeof given === 'string'
      ? credential
      : { ...credential, password: credential.password.map(given.name, (value) => value) };
  return {
    app: {
      name: 'frappe',
      url: filled.url,
      ref: ref === '' ? undefined : ref,
      credential: named,
      line: undefined,
    },
    findings: [],
  };
}

/** What apps.json is refused for, bench would stumble over in a build arg just as well. */
function complaintAbout(name: string, complaint: Complaint | undefined, place: Place): Finding[] {
  if (complaint === undefined) return [];
  const { what, ...rest } = complaint;
  return [{ ...rest, severity: 'error', what: `${name} in ${place.file} ${what}.`, ...place, subject: name }];
}

const NO_VALUES: ValueSource = { env: undefined, tokenAliases: [] };

function findUrlProblem(url: string, place: Place): Finding | undefined {
  if (holdsTokenShape(url)) {
    const why = 'It holds a token besides its user part, where git and every log would show it.';
    return appUrlUnusable('a URL that is not repeated here', why, place);
  }
  try {
    const { pathname } = parseRemoteUrl(url);
    if (pathname.split('/').filter((part) => part !== '').length < 2)
      return appUrlUnusable(
        showable(url),
        'bench needs an organisation and a repository in the path.',
        place,
      );
    return undefined;
  } catch (error) {
    if (!isDeBuildError(error)) throw error;
    return appUrlUnusable(showable(url), error.why, place);
  }
}
