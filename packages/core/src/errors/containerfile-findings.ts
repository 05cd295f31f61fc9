import { error, type Finding, note, type Place, shown, warning } from './finding.ts';

export function containerfileMissing(file: string): Finding {
  return error('containerfile-missing', {
    what: `There is no ${file}.`,
    why: 'The image is built from it.',
    fix: 'Add it (frappe_docker has one of that name), or name yours as `containerfile` in de-build.json.',
    file,
  });
}

export function containerfileEmpty(file: string): Finding {
  return error('containerfile-empty', {
    what: `${file} has no FROM.`,
    why: 'Without it there is nothing to build.',
    fix: 'Restore the file; frappe_docker has it as images/custom/Containerfile.',
    file,
    line: 1,
  });
}

export function containerfileHeredoc(word: string, place: Place): Finding {
  return error('containerfile-heredoc', {
    what: `A heredoc in ${place.file} is never closed.`,
    why: `No line after it is just \`${word}\`.`,
    fix: `End the heredoc with a line that is only \`${word}\`.`,
    ...place,
  });
}

/** ENV and its like before the first stage. */
export function containerfileBeforeFrom(name: string, place: Place): Finding {
  return error('containerfile-before-from', {
    what: `${shown(place)} has ${/^[A-Z]+$/.test(name) ? name : 'an instruction'} before the first FROM.`,
    why: 'Only ARG may stand there; BuildKit refuses the file.',
    fix: name === 'ENV' ? 'Write ARG for it, or move it below a FROM.' : 'Move it below a FROM.',
    ...place,
  });
}

const WORDS = {
  quote: { why: 'A quote is never closed.', fix: 'Close the quote, or put a backslash before it.' },
  brace: { why: 'A `${` is never closed.', fix: 'Close it with `}`.' },
  substitution: {
    why: 'A `${…}` has no name of a variable, or an operator other than `-` `+` `?` `#` `%` `/`.',
    fix: 'Correct it, or write `\\${` for the characters themselves.',
  },
  pattern: {
    why: 'The pattern of a `${…}` has a backslash before a character other than `*`, `?`, `/`, `}` and itself.',
    fix: 'Remove that backslash.',
  },
  unset: {
    why: 'It requires a variable (`${NAME:?…}`) that has no value.',
    fix: 'Set it as a build arg, or give its ARG a default.',
  },
  'too-long': {
    why: 'Its variables make a value of more than 128 KiB, which no process can be given.',
    fix: 'Check which ARG or ENV contains another one several times.',
  },
} as const;

/** Why BuildKit cannot read a word. */
export function containerfileWord(fault: keyof typeof WORDS, place: Place): Finding {
  return error('containerfile-word', {
    what: `${shown(place)} has a word that cannot be read.`,
    ...WORDS[fault],
    ...place,
  });
}

export function containerfileTwoDialects(arg: string, place: Place): Finding {
  return warning('containerfile-two-dialects', {
    what: `${place.file} takes its apps both as a secret and as a build arg.`,
    why: 'de-build gives them as the secret only, because a build arg stays in the history of the image.',
    fix: `Remove \`ARG ${arg}\`, so that nobody puts a token into it.`,
    ...place,
    subject: arg,
  });
}

export function containerfileArgDiffers(
  arg: string,
  defaults: readonly { readonly default: string; readonly line: number }[],
  place: Place,
): Finding {
  const shown = defaults.map((each) => `${each.default || '""'} (line ${each.line})`).join(', ');
  return note('containerfile-arg-differs', {
    what: `${arg} has different defaults: ${shown}.`,
    why: 'Each stage has its own default; a build arg overrides all of them at once.',
    fix: `Nothing if that is meant; otherwise set ${arg} in \`buildArgs\` of de-build.json.`,
    ...place,
    subject: arg,
  });
}

/** @param secret the key that its value comes from */
export function buildArgSecret(
  arg: string,
  { secret, example }: { readonly secret: string; readonly example: string },
  place: Place,
): Finding {
  return warning('build-arg-secret', {
    what: `The build arg ${arg} gets the value of ${secret}, which is a secret.`,
    why: 'A build arg stays in the history of the stage that uses it, and in the build cache.',
    fix: `Mount it with \`RUN --mount=type=secret\`, and name its source in \`secrets\` of de-build.json; or, if it is no secret, write \`# @public\` above ${secret} in ${example}.`,
    ...place,
    subject: arg,
  });
}

/** `isError` for an arg that was asked for by name; one from `.env` may be there for Compose. */
export function buildArgUndeclared(
  arg: string,
  file: string,
  { isError, nearest }: { readonly isError: boolean; readonly nearest: string | undefined },
): Finding {
  return {
    id: 'build-arg-undeclared',
    severity: isError ? 'error' : 'warning',
    what: `The build arg ${arg} is not declared in ${file}.`,
    why: 'A build arg without an ARG of its name has no effect.',
    fix: `${nearest === undefined ? 'Leave it out' : `Write ${nearest} if that is meant`}, or declare \`ARG ${arg}\` in the stage that uses it.`,
    file,
    subject: arg,
  };
}

/** A checkout alone does not write a file again that git takes for unchanged. */
function convert(file: string): string {
  return `Convert it to LF: \`perl -pi -e 's/\\r$//' ${/^[\w./@+-]+$/.test(file) ? file : `'${file}'`}\`. \`git config core.autocrlf input\`, and \`* text=auto eol=lf\` in .gitattributes, keep it so.`;
}

export function heredocCrlf(place: Place): Finding {
  return warning('heredoc-crlf', {
    what: `The heredoc in line ${place.line} of ${place.file} has Windows line endings.`,
    why: 'The shell gets a carriage return at the end of each of its commands.',
    fix: convert(place.file),
    ...place,
  });
}

/** @param script relative to the site */
export function scriptCrlf(script: string, place: Place): Finding {
  return warning('script-crlf', {
    what: `${script} has Windows line endings, and line ${place.line} of ${place.file} copies it into the image.`,
    why: 'The kernel looks for an interpreter whose name ends in a carriage return, and reports "no such file or directory".',
    fix: convert(script),
    ...place,
    subject: script,
  });
}
