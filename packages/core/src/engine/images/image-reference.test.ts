import { expect, test } from '@jest/globals';
import { fullReference, isSameRepository, parseReference } from './image-reference.ts';

test.each([
  ['name', 'name', 'latest'],
  ['group/name:1.0.0', 'group/name', '1.0.0'],
  ['registry:5000/group/name', 'registry:5000/group/name', 'latest'],
  ['registry:5000/name:1', 'registry:5000/name', '1'],
  ['docker.io/library/name:1', 'name', '1'],
  ['docker.io/group/name:1', 'group/name', '1'],
  ['[fc00::1]:5000/name', '[fc00::1]:5000/name', 'latest'],
])('%s', (reference, repository, tag) => {
  expect(parseReference(reference)).toEqual({ repository, tag });
});

test.each([
  ['group/name', 'docker.io/group/name', true],
  ['group/name', 'index.docker.io/group/name', true],
  ['group/name', 'localhost/group/name', false],
  ['group/name', 'group/name-other', false],
  ['group/name', 'registry/group/name', false],
])('%s and %s', (a, b, same) => {
  expect(isSameRepository(a, b)).toBe(same);
});

test.each([
  ['python', 'docker.io/library/python:latest'],
  ['python:3', 'docker.io/library/python:3'],
  ['python@sha256:ab', 'docker.io/library/python@sha256:ab'],
  ['index.docker.io/python:3', 'docker.io/library/python:3'],
  ['index.docker.io/group/name', 'docker.io/group/name:latest'],
  ['REGISTRY/name:1', 'REGISTRY/name:1'],
  ['localhost:5000/name', 'localhost:5000/name:latest'],
])('%s in full', (reference, full) => {
  expect(fullReference(reference)).toBe(full);
});
