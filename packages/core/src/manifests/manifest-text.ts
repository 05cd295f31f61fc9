import { createRedactor, type Redactor } from '../secrets/redactor.ts';
import { type Manifest, manifestSchema } from './manifest.ts';

/**
 * The text of a manifest, redacted: keys in the order of the schema, names of build args and labels sorted, two spaces,
 * a line feed at the end; the same manifest always gives the same bytes.
 * @param redactor removes token-shaped texts even if it knows no secret
 * @throws ZodError when the manifest is invalid: a bug of the caller
 */
export function recordText(manifest: Manifest, redactor: Redactor = createRedactor()): string {
  const ordered = manifestSchema.parse(redactor.redactValue(manifest));
  ordered.buildArgs = sorted(ordered.buildArgs);
  ordered.image.labels = sorted(ordered.image.labels);
  return `${JSON.stringify(ordered, undefined, 2)}\n`;
}

function sorted<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
