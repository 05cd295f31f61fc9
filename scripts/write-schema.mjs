// Writes the JSON Schema of de-build.json from the zod schema in @de-build/core. Needs `npm run build` first.
import { writeFileSync } from 'node:fs';
import { siteConfigJsonSchema } from '../packages/core/dist/site/site-config.js';

const target = new URL('../packages/core/schema/de-build.schema.json', import.meta.url);
writeFileSync(target, `${JSON.stringify(siteConfigJsonSchema(), null, 2)}\n`);
