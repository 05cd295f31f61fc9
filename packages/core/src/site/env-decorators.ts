import { readCallArguments, readExpression } from './env-expression.ts';

/**
 * Comments of an example env file that describe a key, in the @env-spec convention: a line of `@name`s or
 * `@name=value`s in the comment block above a key, or after its value; and in the header of the file for all keys.
 */

export interface Decorator {
  readonly name: string;
  /** `true` for a bare `@name`. Quotes are removed. */
  readonly value: string;
  readonly line: number;
  /** Whether its value ends, and is one by the convention. */
  readonly isReadable: boolean;
}

export interface ExampleComments {
  readonly header: readonly Decorator[];
  /** By the 1-based line of the key they are attached to. */
  readonly byLine: ReadonlyMap<number, readonly Decorator[]>;
  /** Keys that are set in a comment, as `# KEY=value`. */
  readonly commentedKeys: readonly CommentedKey[];
}

export interface CommentedKey {
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

const COMMENT = /^#(?!\s*(?:---|===))\s?(.*)$/;
const COMMENTED_KEY = /^(?:export\s+)?([A-Z][A-Z0-9_]*)=(.*)$/;

/**
 * Collects the decorators of a text. `entries` are the keys that are set in it; a blank line or a divider
 * (`# ---`) between comment and key separates them, and a separate comment above the first key is the header.
 */
export function readExampleComments(
  text: string,
  entries: readonly { readonly key: string; readonly line: number }[],
): ExampleComments {
  const keyLines = new Set(entries.map((entry) => entry.line));
  const keys = new Set(entries.map((entry) => entry.key));
  const header: Decorator[] = [];
  const byLine = new Map<number, readonly Decorator[]>();
  const commentedKeys: CommentedKey[] = [];
  let block: Decorator[] = [];
  let isHeader = true;
  for (const [index, written] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = index + 1;
    const comment = COMMENT.exec(written)?.[1];
    const match = COMMENTED_KEY.exec(comment?.trim() ?? '');
    const commented = keys.has(match?.[1] ?? '') ? null : match;
    if (keyLines.has(line) || commented !== null) {
      const after = commented === null ? (/\s#\s*(@.*)$/.exec(written)?.[1] ?? '') : '';
      byLine.set(line, [...block, ...readDecorators(after, line)]);
      if (commented !== null) {
        commentedKeys.push({ key: commented[1] ?? '', value: commented[2]?.trim() ?? '', line });
      }
      block = [];
      isHeader = false;
    } else if (comment === undefined) {
      if (isHeader) header.push(...block);
      block = [];
    } else {
      block.push(...readDecorators(comment, line));
    }
  }
  return { header, byLine, commentedKeys };
}

/** The decorators at the start of a comment, up to the first other word. */
function readDecorators(comment: string, line: number): Decorator[] {
  const decorators: Decorator[] = [];
  let rest = comment.trim();
  for (;;) {
    const [whole, name = '', sign] = /^@([A-Za-z]\w*)(=|\(|(?=\s|$))/.exec(rest) ?? [];
    if (whole === undefined) return decorators;
    const after = rest.slice(whole.length);
    if (sign === '=') {
      const read = readExpression(after);
      const value = read === undefined ? after : after.slice(0, read.end);
      decorators.push({ name, value: unquoted(value), line, isReadable: read !== undefined });
      rest = read === undefined ? '' : after.slice(read.end).trimStart();
    } else {
      const read = sign === '(' ? readCallArguments(`(${after}`) : { end: 0 };
      decorators.push({ name, value: 'true', line, isReadable: read !== undefined });
      rest = read === undefined ? '' : after.slice(Math.max(read.end - 1, 0)).trimStart();
    }
  }
}

function unquoted(value: string): string {
  return value.replace(/^(["'`])(.*)\1$/s, '$2');
}
