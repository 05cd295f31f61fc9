import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { ownVersion } from './own-version.ts';

test.each(['core', 'cli'])('it is the version of packages/%s', (name) => {
  const text = readFileSync(new URL(`../../../${name}/package.json`, import.meta.url), 'utf8');
  expect(JSON.parse(text)).toMatchObject({ version: ownVersion() });
});
