/** What can be wrong with any file of a site. No text contains anything of the file. */
import { error, type Finding, type Place } from './finding.ts';
import { systemAnswer } from './system-answer.ts';

export function fileUnreadable(file: string, cause: unknown): Finding {
  return error('file-unreadable', {
    what: `${file} cannot be read.`,
    why: `The system answered ${systemAnswer(cause)}.`,
    fix: `Give the user who runs de-build permission to read ${file}.`,
    file,
  });
}

export function fileNotRegular(file: string): Finding {
  return error('file-not-regular', {
    what: `${file} is not a regular file.`,
    why: 'It is a folder, a pipe or a device.',
    fix: `Replace ${file} with a file.`,
    file,
  });
}

export function fileTooLarge(file: string, size: number, maximum: number): Finding {
  return error('file-too-large', {
    what: `${file} is too large.`,
    why: `It has ${size} bytes; de-build reads at most ${maximum}.`,
    fix: `Check what was written to ${file}, and shorten it.`,
    file,
  });
}

export function fileNotUtf8(place: Place): Finding {
  return error('file-not-utf8', {
    what: `${place.file} is not UTF-8 text.`,
    why: 'A byte at this place is not part of a UTF-8 character.',
    fix: `Save ${place.file} as UTF-8 in your editor.`,
    ...place,
  });
}

type Text = Pick<Finding, 'why' | 'fix'>;
const BRACKETS = 'Close what was opened: `"`, `]` or `}`.';

/** What can be wrong with a text as JSON. */
const JSON_FAULTS = {
  'json-bom': {
    why: 'It begins with a byte order mark, which JSON forbids and bench refuses.',
    fix: 'Save the file as UTF-8 without BOM.',
  },
  'json-duplicate-key': {
    why: 'A key occurs twice in the same object, and programs disagree which one counts.',
    fix: 'Remove one of the two.',
  },
  'json-unsafe-key': {
    why: 'A key is called `__proto__`, which JavaScript programs misread.',
    fix: 'Remove the key.',
  },
  'json-too-deep': { why: 'Brackets are nested too deep.', fix: 'Remove the nesting.' },
  empty: { why: 'The file is empty.', fix: 'Write the document.' },
  end: { why: 'The file ends before the document does.', fix: BRACKETS },
  rest: { why: 'There is more after the end of the document.', fix: 'Remove what follows the last bracket.' },
  string: {
    why: 'Text in double quotes is not closed on its line, or has a control character.',
    fix: BRACKETS,
  },
  escape: { why: 'A backslash begins no escape of JSON.', fix: 'Write `\\\\` for a backslash.' },
  quote: { why: 'Text is in single quotes.', fix: 'Use double quotes.' },
  comment: { why: 'JSON has no comments.', fix: 'Remove the comment.' },
  number: { why: 'A number ends in the middle.', fix: 'Correct the number, or put it in double quotes.' },
  word: {
    why: 'JSON does not know this word or character.',
    fix: 'Put text and keys in double quotes; `true`, `false` and `null` are the only words without.',
  },
  key: { why: 'A key in double quotes is expected here.', fix: 'Write `"key": value`.' },
  colon: { why: 'A `:` is expected after the key.', fix: 'Write `"key": value`.' },
  value: {
    why: 'A value is expected here.',
    fix: 'Write text in double quotes, a number, a list or an object.',
  },
  comma: { why: 'A comma or a closing bracket is expected here.', fix: 'Put a comma between the two.' },
  'trailing-comma': { why: 'There is a comma before the closing bracket.', fix: 'Remove the comma.' },
} as const satisfies Record<string, Text>;

export type JsonFault = keyof typeof JSON_FAULTS;

export function jsonFaulty(fault: JsonFault, place: Place): Finding {
  const id = fault.startsWith('json-') ? fault : 'json-syntax';
  return {
    id,
    severity: 'error',
    what: `${place.file} is not ${id === 'json-syntax' ? 'valid' : 'safe'} JSON.`,
    ...JSON_FAULTS[fault],
    ...place,
  };
}
