import { expect, test } from '@jest/globals';
import { onOneEngine } from '../engine/on-each-engine.ts';
import { compareImageNames } from './image-names.ts';

onOneEngine('random names of images', (engine) => {
  test('are judged as the engine judges them', async () => {
    const reported: string[] = [];
    const { signal } = new AbortController();
    const tell = (text: string) => reported.push(text);
    const figures = await compareImageNames({ isQuick: true, signal, tell, engines: async () => [engine] });
    expect(reported).toEqual([]);
    expect(figures.map(({ isMet }) => isMet)).toEqual([true, true]);
  });
});
