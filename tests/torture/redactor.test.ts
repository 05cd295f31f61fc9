import { expect, test } from '@jest/globals';
import { cutSecrets } from './redactor-cuts.ts';

test('a secret that is cut in any form is redacted', async () => {
  const figures = await cutSecrets({ isQuick: true });
  expect(figures.filter(({ isMet }) => isMet !== true)).toEqual([]);
  expect(figures).toHaveLength(3);
});
