/** What can be wrong with `.env` and its example. No text contains a value. */
import { ENVIRONMENT } from './environment.ts';
import { error, type Finding, type KeyPlace, note, type Place, warning } from './finding.ts';

/** What the example says about a key. */
export interface Expected {
  /** The example and the line in it. */
  readonly example: Place;
  /** Follows "must be": `a whole number from 1 to 9`. */
  readonly shape?: string | undefined;
}

/** @param first what the file needs at least: `DE_SITE_VERSION=1.2.3` */
export function envMissing(file: string, first: string, example: string | undefined): Finding {
  return error('env-missing', {
    what: `There is no ${file}.`,
    why: 'It has the site version and the token.',
    fix:
      example === undefined
        ? `Create ${file} with a line \`${first}\`; in a folder of frappe_docker, copy example.env to it first.`
        : `Copy ${example} to ${file}, and fill it in; or set its keys in the environment, as for a CI: no other keys are taken from there.`,
    file,
  });
}

export function envExampleMissing(file: string, env: string): Finding {
  return warning('env-example-missing', {
    what: `There is no ${file}.`,
    why: `Without it nothing says whether ${env} has every key that is needed.`,
    fix: `Copy ${env} to ${file}, remove the secrets, and commit it; or name another file, such as example.env of frappe_docker, with \`exampleEnv\` in de-build.json.`,
    file,
  });
}

export function envNul(place: Place): Finding {
  return error('env-nul', {
    what: `${place.file} contains a NUL character.`,
    why: 'No environment variable can contain one, so the file is damaged or is not text.',
    fix: 'Remove the character, or restore the file.',
    ...place,
  });
}

export function envDuplicate(at: KeyPlace, earlierLine: number): Finding {
  return error('env-duplicate', {
    what: `${at.subject} is set twice, in line ${earlierLine} and in line ${at.line}.`,
    why: 'The later line wins silently.',
    fix: 'Remove one of the two lines.',
    ...at,
  });
}

const SYNTAX = {
  key: {
    what: 'The line does not begin with a valid key.',
    why: 'Compose refuses the whole file for it. A key has letters, digits, `_`, `.` and `-`, and no space.',
    fix: 'Correct the key, or begin the line with `#` if it is a comment.',
  },
  'no-value': {
    what: 'The line has no `=`.',
    why: 'Compose takes such a key from the environment of its user; dotenv ignores it.',
    fix: 'Write `KEY=value`, or begin the line with `#` if it is a comment.',
  },
  quote: {
    what: 'The value opens a quote that is never closed.',
    why: 'Compose refuses the whole file for it.',
    fix: 'Close the quote; put a value that contains a quote in quotes of the other kind.',
  },
  invalid: {
    what: 'The value contains a `${` that begins no variable.',
    why: 'Compose refuses the whole file for it.',
    fix: 'Put the value in single quotes if the `$` is meant literally.',
  },
  required: {
    what: 'The value needs a variable (`${NAME:?…}`) that no line above sets.',
    why: 'Compose refuses the whole file unless its environment has the variable.',
    fix: 'Set the variable in a line above, or write the value out.',
  },
  'too-long': {
    what: 'The value, or all values up to it together, are too long once their variables are expanded.',
    why: 'No process gets a variable of more than 128 KiB, or more than 2 MiB in all.',
    fix: 'Check which key contains another one several times.',
  },
  'too-deep': {
    what: 'The value has variables within variables (`${A:-${B:-…}}`), more than 500 deep.',
    why: 'Compose would read it; here the depth has a limit.',
    fix: 'Set inner variables in lines above.',
  },
} as const;

/** Why Compose refuses a line. */
export type EnvFault = keyof typeof SYNTAX;

export function envSyntax(fault: EnvFault, place: Place): Finding {
  return { id: 'env-syntax', severity: 'error', ...SYNTAX[fault], ...place };
}

const DIFFERENCES = {
  'carriage-return': 'Compose keeps the carriage return in the value; dotenv ends the line there.',
  'no-key': 'Compose reads a key with a value here; dotenv ignores the line.',
  'leading-hash': 'Directly after the `=`, `#` begins a comment for dotenv and the value for Compose.',
  hash: 'Without quotes, dotenv ends a value at any `#`; Compose only at one after a space.',
  backtick: 'Backticks around a value are quotes for dotenv and part of the value for Compose.',
  variable:
    'Outside single quotes Compose expands `$`: `$NAME` to a variable, `$$` to one `$`. dotenv does not.',
  backslash: 'Compose knows more escapes in quotes than dotenv, which knows `\\n` and `\\r`.',
  quote: 'They differ in where the quoted value ends, and in what may follow it.',
  space: 'They have different rules for spaces and quotes in a value without quotes.',
  'no-compose-key': 'It is inside a value of several lines, or after an unusual line break.',
} as const;

/** Why Compose and dotenv read a line differently. */
export type EnvDifference = keyof typeof DIFFERENCES;

const REMEDIES = {
  'line-endings': () => 'Save the file with LF line endings.',
  comment: (key: string) =>
    `Put the comment on a separate line, above ${key}; if it is the value, put it in single quotes.`,
  'move-down': (key: string) => `Move the line of ${key} below those of the variables that it uses.`,
  'single-quotes': (key: string) =>
    `Put the value in single quotes (${key}='…'): both then read exactly what is between them.`,
  'literal-dollar': (key: string) =>
    `Put the value in single quotes (${key}='…'), where \`$\` is literal; or write its value instead.`,
  'double-quotes': (key: string) =>
    `Put the value in double quotes (${key}="…"): both then read exactly what is between them.`,
  'own-line': () => 'Write every key at the start of its own line, and save the file with LF line endings.',
  'plain-key': () => 'Use letters, digits and `_` only in the key.',
  'plain-value': () =>
    'No quotes make both read the same here: use a value without quotes, backslashes, `#` and `$`.',
} as const;

export type EnvRemedy = keyof typeof REMEDIES;

export function envAmbiguous(difference: EnvDifference, remedy: EnvRemedy, at: KeyPlace): Finding {
  return error('env-ambiguous', {
    what:
      difference === 'no-compose-key'
        ? `npm's dotenv reads a key ${at.subject} that Compose does not.`
        : `Compose and npm's dotenv read ${at.subject} differently.`,
    why: DIFFERENCES[difference],
    fix: REMEDIES[remedy](at.subject),
    ...at,
  });
}

export function envExpanded(variables: readonly string[], at: KeyPlace): Finding {
  return note('env-expanded', {
    what: `${at.subject} is composed of ${variables.join(', ')}.`,
    why: 'Compose expands variables in this file; a program that reads it with dotenv gets the text as written.',
    fix: 'Nothing, as long as only Compose reads this key.',
    ...at,
  });
}

/** `mistyped` is an unknown key that is probably meant for this one. */
export function envKeyMissing(
  at: KeyPlace,
  { example, needsValue }: Expected & { readonly needsValue: boolean },
  mistyped: { readonly key: string; readonly line?: number } | undefined,
): Finding {
  const { file, subject } = at;
  return error('env-key-missing', {
    what: `${subject} is missing from ${file}.`,
    why: `The example has it (line ${example.line}).`,
    fix:
      file === ENVIRONMENT
        ? `Set ${subject} in the environment.`
        : mistyped === undefined
          ? `Add a line \`${subject}=\` to ${file}${needsValue ? ', with its value' : ''}.`
          : `Rename ${mistyped.key} in line ${mistyped.line}, or add ${subject}.`,
    ...at,
  });
}

/** @param keys of the example, which only the running site needs */
export function envKeysUnset(keys: readonly string[], example: string): Finding {
  return note('env-keys-unset', {
    what: `The environment does not set ${keys.join(', ')}.`,
    why: `${example} has ${keys.length === 1 ? 'it' : 'them'}; no version, token or build arg comes from there.`,
    fix: 'Nothing, as long as the site that runs gets a value.',
    file: ENVIRONMENT,
  });
}

export function envValueEmpty(at: KeyPlace, { example, shape }: Expected): Finding {
  return error('env-value-empty', {
    what: `${at.subject} in ${at.file} is empty.`,
    why: `The example requires a value (line ${example.line})${shape === undefined ? '' : `: ${shape}`}.`,
    fix: `Give ${at.subject} a value.`,
    ...at,
  });
}

export function envValueShape(at: KeyPlace, { example, shape = 'a text' }: Expected): Finding {
  return error('env-value-shape', {
    what: `${at.subject} in ${at.file} has a value of the wrong shape.`,
    why: `According to the example (line ${example.line}) it must be ${shape}.`,
    fix: 'Correct the value; or, if it is right, correct `@type` above the key in the example.',
    ...at,
  });
}

/** Of no written type: the example's value only looks like one. */
export function envValueUnlikely(at: KeyPlace, { example, shape = 'a text' }: Expected): Finding {
  return warning('env-value-unlikely', {
    what: `${at.subject} in ${at.file} has another shape than its example.`,
    why: `The value in the example (line ${example.line}) is ${shape}.`,
    fix: 'Correct the value; or, if it is right, say so above the key in the example: # @type=string',
    ...at,
  });
}

/** `meant` is a key of the example that it resembles, `isMissing` whether that one is missing. */
export function envKeyUnknown(
  at: KeyPlace,
  example: string,
  { meant, isMissing }: { readonly meant: string | undefined; readonly isMissing: boolean },
): Finding {
  return {
    id: 'env-key-unknown',
    severity: isMissing ? 'error' : 'warning',
    what: `${at.subject} in ${at.file} is not in ${example}.`,
    why: isMissing ? `It resembles ${meant}, which is missing.` : 'It may be mistyped, or no longer needed.',
    fix: `${meant === undefined ? 'Add it' : `Rename it to ${meant}, add it`} to ${example}, or remove it.`,
    ...at,
  };
}

/** @param unknown `type colour`, `option minDots` */
export function envTypeUnknown(at: KeyPlace, unknown: string): Finding {
  return warning('env-type-unknown', {
    what: `The type of ${at.subject} in ${at.file} has the ${unknown}, which de-build does not know.`,
    why: 'Its value is not checked.',
    fix: 'Use a type and options of @env-spec: string, number, boolean, url, domain, email, port, enum(…), semver, ip, uuid and others.',
    ...at,
  });
}

export function envDecoratorUnreadable(at: KeyPlace, name: string): Finding {
  return warning('env-decorator-unreadable', {
    what: `The decorator @${name} of ${at.subject} in ${at.file} cannot be read.`,
    why: 'A quote or a bracket of its value is not closed, so it is ignored.',
    fix: 'Close it; a value with spaces or brackets goes in quotes.',
    ...at,
  });
}

export function envDecoratorUnknown(at: KeyPlace, name: string, nearest: string): Finding {
  return warning('env-decorator-unknown', {
    what: `${at.subject} in ${at.file} has an unknown decorator @${name}.`,
    why: `It resembles @${nearest}, and is ignored.`,
    fix: `Write @${nearest} if that is meant.`,
    ...at,
  });
}
