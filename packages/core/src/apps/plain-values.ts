import type { Secret } from '../secrets/secret.ts';

/** The build args that hold no secret: FROM lines depend on no others. */
export function plainValues(args: Readonly<Record<string, string | Secret>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(args).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
