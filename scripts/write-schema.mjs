// Writes the JSON Schemas of de-build.json and of manifests, and the table of keys in docs/configuration.md, from the
// zod schemas in @de-build/core. Needs `npm run build` first.
import { readFileSync, writeFileSync } from 'node:fs';
import { manifestJsonSchema } from '../packages/core/dist/manifests/manifest-schema.js';
import { siteConfigJsonSchema } from '../packages/core/dist/site/site-config.js';
import { siteConfigTable } from '../packages/core/dist/site/site-config-table.js';

const schemas = {
  'de-build.schema.json': siteConfigJsonSchema(),
  'manifest.schema.json': manifestJsonSchema(),
};

for (const [name, schema] of Object.entries(schemas)) {
  const target = new URL(`../packages/core/schema/${name}`, import.meta.url);
  writeFileSync(target, `${JSON.stringify(schema, null, 2)}\n`);
}

const page = new URL('../docs/configuration.md', import.meta.url);
const text = readFileSync(page, 'utf8');
const table = `<!-- keys -->\n${siteConfigTable()}\n<!-- /keys -->`;
writeFileSync(
  page,
  text.replace(/<!-- keys -->.*<!-- \/keys -->/s, () => table),
);
