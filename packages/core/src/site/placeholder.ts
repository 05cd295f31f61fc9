/** `${NAME}` or `{{ NAME }}`, found in a text. */
export interface Placeholder {
  readonly name: string;
  /** Offset of its first character. */
  readonly start: number;
  /** Offset after its last character. */
  readonly end: number;
}

const PLACEHOLDER = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\{\{[ \t]*([A-Za-z_][A-Za-z0-9_]*)[ \t]*\}\}/g;

/** Every placeholder of a text, in order: `${NAME}`, and `{{ NAME }}` with spaces or without. */
export function findPlaceholders(text: string): readonly Placeholder[] {
  return [...text.matchAll(PLACEHOLDER)].map((match) => ({
    name: match[1] ?? match[2] ?? '',
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/**
 * The text with its placeholders filled. A name for which `lookup` gives `undefined` stays as written;
 * what is filled in is not searched for placeholders again.
 */
export function fillPlaceholders(text: string, lookup: (name: string) => string | undefined): string {
  return text.replace(
    PLACEHOLDER,
    (written, dollar: string | undefined, braces: string | undefined) =>
      lookup(dollar ?? braces ?? '') ?? written,
  );
}
