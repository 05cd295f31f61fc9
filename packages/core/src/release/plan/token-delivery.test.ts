import { expect, test } from '@jest/globals';
import { chooseTokenDelivery } from './token-delivery.ts';

test.each([
  ['28.5.2+dfsg4', undefined, 'named-context'],
  ['23.0.0', undefined, 'named-context'],
  ['v25.0.3', undefined, 'named-context'],
  ['dev', undefined, 'named-context'],
  ['20.10.24+dfsg1', undefined, 'graft'],
  ['28.5.2', 'docker/dockerfile:1', 'named-context'],
  ['28.5.2', 'docker/dockerfile:1.4', 'named-context'],
  ['28.5.2', 'docker/dockerfile:1.12.1', 'named-context'],
  ['28.5.2', 'docker/dockerfile:1.3-labs', 'graft'],
  ['28.5.2', 'registry.example.com/docker/dockerfile:1.2.1', 'graft'],
])('Docker Engine %s with the frontend %s: %s', (version, image, offer) => {
  const syntax = image === undefined ? undefined : { image, line: 1 };
  expect(chooseTokenDelivery('auto', { version }, { syntax })).toEqual({ mode: 'sources', offer });
});

test('inject is taken as it is asked for', () => {
  expect(chooseTokenDelivery('inject', { version: '28.5.2' }, undefined)).toEqual({ mode: 'inject' });
});
