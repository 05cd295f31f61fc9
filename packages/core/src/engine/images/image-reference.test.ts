import { expect, test } from '@jest/globals';
import { isSameRepository, parseReference } from './image-reference.ts';

test.each([
  ['name', 'name', 'latest'],
  ['group/name:1.0.0', 'group/name', '1.0.0'],
  ['registry:5000/group/name', 'registry:5000/group/name', 'latest'],
  ['registry:5000/name:1', 'registry:5000/name', '1'],
  ['docker.io/library/name:1', 'name', '1'],
  ['docker.io/group/name:1', 'group/name', '1'],
])('%s', (reference, repository, tag) => {
  expect(parseReference(reference)).toEqual({ repository, tag });
});

test.each([
  ['group/name', 'docker.io/group/name', true],
  ['group/name', 'localhost/group/name', false],
  ['group/name', 'group/name-other', false],
  ['group/name', 'registry/group/name', false],
])('%s and %s', (a, b, same) => {
  expect(isSameRepository(a, b)).toBe(same);
});
