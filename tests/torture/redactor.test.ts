import { expect, test } from '@jest/globals';
import { cutSecrets } from './redactor-cuts.ts';
import { measureRedactor } from './redactor-speed.ts';

test('a secret that is cut in any form comes out in none', async () => {
  const figures = await cutSecrets({ isQuick: true });
  expect(figures.filter(({ isMet }) => isMet !== true)).toEqual([]);
  expect(figures).toHaveLength(3);
});

test('the redactor is faster than looking for one text after the other', async () => {
  const [ratio] = await measureRedactor({ isQuick: true });
  expect(ratio).toMatchObject({ isMet: true });
});
