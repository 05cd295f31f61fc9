/** What can be wrong with the apps. No text contains a URL or a branch as written: there may be a token in them. */
import { error, type Finding, note, type Place, shown, warning } from './finding.ts';

export function appsMissing(file: string): Finding {
  return error('apps-missing', {
    what: `There is no ${file}.`,
    why: 'It lists the apps of the image.',
    fix: `Write your apps to ${file}, as \`[{ "url": "https://github.com/frappe/erpnext", "branch": "version-15" }]\`, or name another file with \`apps\` in de-build.json.`,
    file,
  });
}

export function appsNotAList(place: Place): Finding {
  return error('apps-not-a-list', {
    what: `${place.file} is not a list.`,
    why: 'bench reads a list of entries.',
    fix: 'Write `[{ "url": "https://…", "branch": "…" }]`.',
    ...place,
  });
}

export function appsEmpty(file: string): Finding {
  return warning('apps-empty', {
    what: `${file} lists no app.`,
    why: 'The image will contain frappe only.',
    fix: 'List the apps of the site, unless that is what you want.',
    file,
    line: 1,
  });
}

/** `number` counts from 1; `key` is the one that is wrong, if it is not the entry itself. */
export function appMalformed(number: number, key: 'url' | 'branch' | undefined, place: Place): Finding {
  return error('app-malformed', {
    what: `Entry ${number} of ${place.file} is invalid.`,
    why:
      key === 'url'
        ? 'Its `url` is missing, or is not text.'
        : key === 'branch'
          ? 'Its `branch` is not text.'
          : 'It is not an object.',
    fix: 'Write `{ "url": "https://…", "branch": "…" }`.',
    ...place,
  });
}

export function appDuplicate(app: string, earlierLine: number, place: Place): Finding {
  return error('app-duplicate', {
    what: `${app} is listed twice in ${place.file}, in line ${earlierLine} and in line ${place.line}.`,
    why: 'bench would clone the second over the folder of the first, and ask what to do.',
    fix: 'Remove one of the two.',
    ...place,
    subject: app,
  });
}

/** bench ignores it, and a mistyped `branch` is one of them. `key` is `undefined` when it must not be shown. */
export function appExtraKey(
  app: string,
  { key, nearest }: { readonly key: string | undefined; readonly nearest: string | undefined },
  place: Place,
): Finding {
  return warning('app-extra-key', {
    what: `${app} in ${place.file} has ${key === undefined ? 'a key' : `a key \`${key}\``} that bench does not read.`,
    why: 'bench reads `url` and `branch` only; the key is kept and has no effect.',
    fix:
      nearest === undefined
        ? 'Remove the key, or keep it as a remark.'
        : `Write \`${nearest}\` if that is meant.`,
    ...place,
    subject: app,
  });
}

type Text = Pick<Finding, 'id' | 'what' | 'why' | 'fix'>;

const FORM = 'Write it as https://HOST/ORGANISATION/REPOSITORY, with ${NAME}@ before the host for a token.';
const SHELL = 'bench splits its clone command like a shell, so the rest would become separate words.';
const SCHEME: Text = {
  id: 'app-url-scheme',
  what: 'has a URL that is not https',
  why: 'Only https and ssh are used: other protocols can run programs, or send what they carry unencrypted.',
  fix: FORM,
};

/** What bench, git or a shell would refuse, or must not get. `what` follows the name of the app. */
const FAULTS = {
  'url-control-character': {
    id: 'app-url-unsafe',
    what: 'has a URL with a line break, a NUL or another control character',
    why: 'A line break in a URL becomes a second line of what git asks its credential helpers.',
    fix: FORM,
  },
  'url-not-https': SCHEME,
  'url-option': { ...SCHEME, what: 'has a URL that begins with `-`' },
  'url-transport': { ...SCHEME, what: 'has a URL that makes git run a program' },
  'url-plain-http': {
    id: 'app-url-scheme',
    what: 'has an http URL to another machine',
    why: 'Over http, everybody on the way can read the token, and change the code.',
    fix: 'Use ssh (git@HOST:ORGANISATION/REPOSITORY, with a key of your agent), or https; a proxy such as nginx or Caddy can add TLS in front of the host.',
  },
  'url-unsafe-ssh': {
    id: 'app-url-scheme',
    what: 'has an unsafe SSH URL',
    why: 'It may have only plain characters, no password, and nothing that begins with `-`.',
    fix: 'Write it as ssh://git@HOST/ORGANISATION/REPOSITORY or git@HOST:ORGANISATION/REPOSITORY.',
  },
  'url-malformed': {
    id: 'app-url-malformed',
    what: 'has an invalid URL',
    why: 'It cannot be read as https://HOST/ORGANISATION/REPOSITORY.',
    fix: FORM,
  },
  'url-shell-character': {
    id: 'app-url-unsafe',
    what: 'has a URL with a space, a quote or a character that a shell would interpret',
    why: SHELL,
    fix: FORM,
  },
  'url-query': {
    id: 'app-url-malformed',
    what: 'has a URL with a `?` or a `#`',
    why: 'git would ask for a repository of that name.',
    fix: FORM,
  },
  'url-no-organisation': {
    id: 'app-url-no-organisation',
    what: 'has a URL without an organisation and a repository in its path',
    why: 'bench takes them from the last two parts of the path, and fails without.',
    fix: FORM,
  },
  'name-dotted': {
    id: 'app-name-dotted',
    what: 'comes from a repository with a dot in its name',
    why: 'bench cuts the name at its first dot, and then does not find the folder that git cloned into.',
    fix: 'Rename the repository (hosts redirect the old name), or use a fork without the dot.',
  },
  'is-frappe': {
    id: 'app-is-frappe',
    what: 'must not be in the list',
    why: 'frappe comes from FRAPPE_PATH and FRAPPE_BRANCH; listed as an app, it makes bench ask a question and stop.',
    fix: 'Remove the entry; name a fork of frappe as FRAPPE_PATH in `buildArgs` of de-build.json.',
  },
  'user-misspelt': {
    id: 'placeholder-misspelt',
    what: 'has a URL with something before the `@` that looks like a placeholder, and is none',
    why: 'Only ${NAME} and {{ NAME }} are filled; the host would get it as it is written.',
    fix: 'Write ${NAME}, with the name of the key that holds the token.',
  },
  token: {
    id: 'token-literal',
    what: 'has a token or a password written into it',
    why: 'The file is in the repository, where everybody who reads it can use the token.',
    fix: 'Revoke it, set a new one under a key of .env (or of the environment, in a CI), and write ${NAME} in its place.',
  },
  'branch-commit': {
    id: 'app-branch-is-commit',
    what: 'names a commit as its branch',
    why: 'bench clones with `git clone --branch`, which takes a branch or a tag and refuses a commit.',
    fix: 'Name a tag or a branch; the manifest records the commit of every release.',
  },
  'branch-option': {
    id: 'app-branch-unsafe',
    what: 'has a branch that begins with `-`',
    why: 'git would take it for an option, and options of git can run programs.',
    fix: 'Name a branch or a tag.',
  },
  'branch-shell-character': {
    id: 'app-branch-unsafe',
    what: 'has a branch with a space, a quote or a character that a shell would interpret',
    why: SHELL,
    fix: 'Name a branch or a tag of letters, digits, `-`, `_`, `.` and `/`.',
  },
  'branch-malformed': {
    id: 'app-branch-malformed',
    what: 'has a branch that git does not allow as a name',
    why: 'It breaks a rule of `git check-ref-format`, so no such branch or tag can exist.',
    fix: 'Name a branch or a tag that exists.',
  },
} as const satisfies Record<string, Text>;

export type AppFault = keyof typeof FAULTS;

/** `subject` is the app, an entry of apps.json, or the build arg that names it. */
export function appFaulty(fault: AppFault, subject: string, place: Place): Finding {
  const { what, ...text } = FAULTS[fault];
  return { ...text, severity: 'error', what: `${subject} in ${place.file} ${what}.`, ...place, subject };
}

/** A host that needs a token gets none. */
export function appUrlUser(subject: string, place: Place): Finding {
  return note('app-url-user', {
    what: `${subject} in ${place.file} has the name of a user in its URL, and no token.`,
    why: 'The repository is asked without a token, as a public one.',
    fix: 'For a private one, write ${NAME} in place of the user, with the name of the key that holds the token.',
    ...place,
    subject,
  });
}

/** The URL, once its placeholders are filled, is not one that an app can come from. */
export function appUrlUnusable(url: string, why: string, place: Place): Finding {
  return error('app-url-unusable', {
    what: `${shown(place)} names no repository that de-build can query: ${url}.`,
    why,
    fix: 'Write it as https://HOST/ORGANISATION/REPOSITORY.',
    ...place,
  });
}
