import { type Manifest, manifestSchema } from './manifest.ts';

/**
 * A manifest as it is written: keys in the order of the schema, those of records sorted, two spaces, a
 * line feed at the end; the same manifest always gives the same bytes.
 * @throws ZodError when it is no manifest: a bug of the caller
 */
export function formatManifest(manifest: Manifest): string {
  const ordered = manifestSchema.parse(manifest);
  ordered.buildArgs = sorted(ordered.buildArgs);
  ordered.image.labels = sorted(ordered.image.labels);
  return `${JSON.stringify(ordered, undefined, 2)}\n`;
}

function sorted<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
