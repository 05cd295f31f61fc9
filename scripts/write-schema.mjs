// Writes the JSON Schemas of de-build.json and of manifests from the zod schemas in @de-build/core. Needs
// `npm run build` first.
import { writeFileSync } from 'node:fs';
import { manifestJsonSchema } from '../packages/core/dist/manifests/manifest-schema.js';
import { siteConfigJsonSchema } from '../packages/core/dist/site/site-config.js';

const schemas = {
  'de-build.schema.json': siteConfigJsonSchema(),
  'manifest.schema.json': manifestJsonSchema(),
};

for (const [name, schema] of Object.entries(schemas)) {
  const target = new URL(`../packages/core/schema/${name}`, import.meta.url);
  writeFileSync(target, `${JSON.stringify(schema, null, 2)}\n`);
}
