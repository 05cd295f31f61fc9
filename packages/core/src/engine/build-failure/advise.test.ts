import { expect, test } from '@jest/globals';
import { advise } from './advise.ts';
import { KNOWN_FAILURES } from './known-failures.ts';

test.each([
  [
    'warning: Could not find remote branch v99 to clone.\nfatal: Remote branch v99 not found in upstream origin',
    /branch or tag/,
  ],
  ["fatal: Authentication failed for 'https://github.com/a/b/'", /token/],
  ["fatal: could not read Username for 'https://github.com': terminal prompts disabled", /token/],
  ['remote: Support for password authentication was removed on August 13, 2021.', /token/],
  [
    "remote: Repository not found.\nfatal: repository 'https://github.com/a/b/' not found",
    /repository was not found/,
  ],
  ["fatal: unable to access 'https://github.com/a/b/': Could not resolve host: github.com", /host name/],
  ['curl: (7) Failed to connect to github.com port 443: Connection timed out', /network/],
  ["ERROR: Package 'hrms' requires a different Python: 3.10.5 not in '>=3.11'", /Python version/],
  [
    '  × No solution found: the requested Python version (3.10) does not satisfy Python>=3.11',
    /Python version/,
  ],
  [
    'error frappe@: The engine "node" is incompatible with this module. Expected version ">=18". Got "16.20.2"',
    /Node version/,
  ],
  ['syntax error in pattern', /pattern/],
  ['illegal exclusion pattern: "!"', /pattern/],
  ['/bin/sh: 1: set: Illegal option -\r', /line endings/],
  ["/bin/bash: line 1: $'\\r': command not found", /line endings/],
  ['tar: write error: No space left on device', /disk/],
  ['process "/bin/sh -c bench build" did not complete successfully: exit code: 137', /memory/],
  ['FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory', /Node ran out/],
  [
    "A directory for the application 'frappe' already exists. Do you want to continue and overwrite it? [y/N]: Aborted!",
    /frappe is listed/,
  ],
  [
    "A directory for the application 'erpnext' already exists. Do you want to continue and overwrite it? [y/N]: Aborted!",
    /twice/,
  ],
  ['secret apps_json: not found: not found', /secret/],
  ['/bin/sh: 1: yarn: not found', /yarn or npm/],
  ["error: command 'gcc' failed: No such file or directory", /compile/],
  ['ERROR: No matching distribution found for wheel==99', /Python package was not found/],
  ["Required frappe-dependency 'erpnext' not found.", /requires is missing/],
  ['E: Unable to locate package libfoo', /Debian package/],
  ['"/nothere" not found: not found', /copies/],
  ['failed to compute cache key: "/nothere" not found: not found', /copies/],
  ['exec /bin/sh: exec format error', /processor/],
])('%j', (text, title) => {
  expect(advise(`Step output\n${text}\nAborted`)?.title).toMatch(title);
});

test('returns the line that shows the cause, and nothing for ordinary output', () => {
  const found = advise('one\nfatal: Remote branch v9 not found in upstream origin\nthree');
  expect(found?.line).toBe('fatal: Remote branch v9 not found in upstream origin');
  const ordinary = 'Cloning into "erpnext"...\nCollecting requests\nDone in 41.2s.\nAssertionError: 1 != 2\n';
  expect(advise(ordinary)).toBeUndefined();
});

test('every advice is unique, and ends as a sentence', () => {
  expect(new Set(KNOWN_FAILURES.map(({ title }) => title)).size).toBe(KNOWN_FAILURES.length);
  for (const { title, advice } of KNOWN_FAILURES) {
    expect(title).not.toMatch(/\.$/);
    expect(advice).toMatch(/[.)]$/);
  }
});
