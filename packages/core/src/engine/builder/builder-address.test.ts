import { expect, test } from '@jest/globals';
import { parseBuilderAddress } from './builder-address.ts';

test.each([
  ['unix:///run/buildkit/buildkitd.sock', { kind: 'socket', path: '/run/buildkit/buildkitd.sock' }],
  ['tcp://builder', { kind: 'tcp', host: 'builder', port: 1234 }],
  ['tcp://[::1]:99', { kind: 'tcp', host: '::1', port: 99 }],
  ['docker-container://bk', { kind: 'container', container: 'bk' }],
  ['docker-container://bk?context=far', { kind: 'container', container: 'bk', engine: 'far' }],
  [
    'kube-pod://bk-0?context=c&namespace=n&container=b',
    { kind: 'pod', pod: 'bk-0', container: 'b', kubectl: { context: 'c', namespace: 'n' } },
  ],
])('%s', (text, expected) => {
  expect(parseBuilderAddress(text)).toEqual(expected);
});

test.each([
  'builder:1234',
  'unix://relative',
  'tcp://',
  'tcp://user@host',
  'tcp://host/path',
  'ssh://host',
  'docker-container://-it',
  'kube-pod://p?context=--kubeconfig=x',
  'npipe:////./pipe/buildkitd',
])('%s is no address', (text) => {
  expect(parseBuilderAddress(text)).toBeUndefined();
});
