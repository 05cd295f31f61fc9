import { appFaulty } from '../errors/app-findings.ts';
import type { Finding } from '../errors/finding.ts';
import { placeholderUnfilled } from '../errors/token-findings.ts';
import { Secret } from '../secrets/secret.ts';
import { judgeBranch } from '../site/app-branch.ts';
import { judgeUrl } from '../site/app-url.ts';
import { findPlaceholders } from '../site/placeholder.ts';
import { judgeUserPart } from '../site/user-part.ts';
import type { App } from './app.ts';
import type { ChosenBuildArg } from './build-args.ts';
import { findUrlProblem } from './find-url-problem.ts';
import { credentialOf, splitUrl, writtenIn } from './url-user.ts';

/** bench's own default. */
const FRAPPE_URL = 'https://github.com/frappe/frappe.git';

/** The frappe that the build args name, or what is wrong with it. `filled` has the values of those that are given. */
export function parseFrappe(
  chosen: readonly ChosenBuildArg[],
  filled: Readonly<Record<string, string | Secret>>,
): { readonly app: App | undefined; readonly findings: readonly Finding[] } {
  const read = (name: string) => {
    const arg = chosen.find((each) => each.name === name);
    const value = filled[name] ?? (arg?.source === 'containerfile' ? arg.value : '');
    return {
      text: typeof value === 'string' ? value : value.reveal(),
      token: value instanceof Secret ? value.name : undefined,
      place: arg?.place ?? { file: 'de-build.json' },
    };
  };
  const path = read('FRAPPE_PATH');
  const branch = read('FRAPPE_BRANCH');
  const { scheme, user, rest } = splitUrl(path.text === '' ? FRAPPE_URL : path.text);
  const url = scheme + rest;
  const isName = path.token === undefined && judgeUserPart(path.text) === 'name';
  const findings: Finding[] = [];
  const [open] = findPlaceholders(path.text);
  const problem =
    open === undefined
      ? findUrlProblem(url, path.place)
      : placeholderUnfilled(open.name, 'FRAPPE_PATH', path.place);
  // bench fails on the same faults in a build arg as in apps.json.
  const pathFault = judgeUrl(url).fault;
  if (problem !== undefined) findings.push({ ...problem, subject: 'FRAPPE_PATH' });
  else if (pathFault !== undefined) findings.push(appFaulty(pathFault, 'FRAPPE_PATH', path.place));
  const branchFault = branch.text === '' ? undefined : judgeBranch(branch.text);
  if (branchFault !== undefined) findings.push(appFaulty(branchFault, 'FRAPPE_BRANCH', branch.place));
  if (findings.length > 0) return { app: undefined, findings };
  const app: App = {
    name: 'frappe',
    url,
    ref: branch.text === '' ? undefined : branch.text,
    credential:
      user === undefined || isName ? undefined : credentialOf(user, path.token ?? writtenIn(path.place)),
    line: undefined,
    place: branch.place,
  };
  return { app, findings };
}
