import { expect, test } from '@jest/globals';
import { drawFigures } from './draw-figures.ts';

test('figures are in columns, with their aim and whether it is met', () => {
  const table = drawFigures([
    {
      ...{ part: 'start-up', name: 'one', unit: 'ms', ours: 61.4, peer: 40.2, ratio: 1.527 },
      ...{ quartiles: [1.5, 1.6], aim: { atMost: 1.5 } },
    },
    {
      ...{ part: 'context-bytes', name: 'another one', unit: 'bytes', ours: 940_000, peer: 1_130_000 },
      ...{ ratio: 0.832, aim: { atMost: 1, because: 'as few' } },
    },
    { part: 'list', name: '  a part', unit: 'ms', ours: 0.123, peer: undefined, ratio: 0.9 },
  ]);
  expect(table.split('\n')).toEqual([
    '                  ours         peer  ratio  half of the pairs              aim',
    'one              61 ms        40 ms   1.53        1.50 – 1.60           ≤ 1.50  MISS',
    'another one  940,000 B  1,130,000 B   0.83                     ≤ 1.00 (as few)    ok',
    '  a part       0.12 ms                0.90',
  ]);
});
