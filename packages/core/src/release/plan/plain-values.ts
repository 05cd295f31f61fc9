import type { Secret } from '../../secrets/secret.ts';

/** FROM lines don't depend on secrets. */
export function plainValues(args: Readonly<Record<string, string | Secret>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(args).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
