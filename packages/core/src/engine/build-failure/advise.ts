import type { Advice } from '../../errors/build-failures.ts';
import { KNOWN_FAILURES } from './known-failures.ts';

export interface FoundAdvice extends Advice {
  /** The line that shows the cause. */
  readonly line: string;
}

/**
 * Advice for a known failure of Frappe builds, by the output of the failed step and the builder's error. The first
 * match counts, so causes come before their consequences.
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
