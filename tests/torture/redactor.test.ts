import { expect, test } from '@jest/globals';
import { cutSecrets } from './redactor-cuts.ts';

test('a secret that is cut in any form comes out in none', async () => {
  const figures = await cutSecrets({ isQuick: true });
  expect(figures.filter(({ isMet }) => isMet !== true)).toEqual([]);
  expect(figures).toHaveLength(3);
});
