import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { siteConfigSchema } from './site-config.ts';
import { siteConfigTable } from './site-config-table.ts';

test('has every key with its description', () => {
  const table = siteConfigTable();
  for (const [key, { description }] of Object.entries(siteConfigSchema.shape)) {
    expect(table).toMatch(new RegExp(`^\\| \`${key.replace('$', '\\$')}\` \\| .+ \\|$`, 'm'));
    expect(description).toMatch(/\.$/);
    expect(table).toContain(description);
  }
});

test('is in docs/configuration.md; `node scripts/write-schema.mjs` writes it', async () => {
  const text = await readFile(join(import.meta.dirname, '../../../../docs/configuration.md'), 'utf8');
  expect(text).toContain(`<!-- keys -->\n${siteConfigTable()}\n<!-- /keys -->`);
});
