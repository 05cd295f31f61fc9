import type { Advice } from '../../errors/build-failures.ts';
import { KNOWN_FAILURES } from './known-failures.ts';

export interface FoundAdvice extends Advice {
  /** The line that gave it away. */
  readonly line: string;
}

/**
 * Titled advice for a failure that people meet with Frappe builds, by what the failing step printed and what the
 * builder said about it. The first that fits counts, so causes stand before their consequences.
 */
export function advise(text: string): FoundAdvice | undefined {
  for (const { signs, title, advice } of KNOWN_FAILURES) {
    const at = text.search(signs);
    if (at !== -1) return { title, advice, line: lineAt(text, at) };
  }
  return undefined;
}

function lineAt(text: string, at: number): string {
  const end = text.indexOf('\n', at);
  return text.slice(text.lastIndexOf('\n', at - 1) + 1, end === -1 ? undefined : end).trim();
}
