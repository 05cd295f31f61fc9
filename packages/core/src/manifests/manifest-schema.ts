import { z } from 'zod';
import { manifestSchema } from './manifest.ts';

/** The JSON Schema (draft 2020-12) of a manifest, for editors and other programs. */
export function manifestJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(manifestSchema, { target: 'draft-2020-12' });
  return { $schema, title: 'Release manifest of de-build', ...schema };
}
