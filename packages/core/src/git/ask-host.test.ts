import { expect, test } from '@jest/globals';
import { isAskable } from './ask-host.ts';

test.each<[string, Record<string, string>, boolean]>([
  ['https://github.com', {}, true],
  ['https://github.com', { PATH: '/bin', no_proxy: 'a' }, true],
  ['https://github.com', { GIT_SSL_CAINFO: '/ca.pem' }, false],
  ['https://github.com', { HTTPS_PROXY: 'http://proxy' }, false],
  [
    'http://git.lan',
    { GIT_SSL_CAINFO: '/ca.pem', SSL_CERT_DIR: '/certs', HTTPS_PROXY: 'http://proxy' },
    true,
  ],
  ['http://git.lan', { http_proxy: 'http://proxy' }, false],
  ['http://git.lan', { ALL_PROXY: 'http://proxy' }, false],
  ['ssh://git@github.com', {}, false],
  ['file:///srv/git', {}, false],
])('%s with %j is asked without git: %s', (url, environment, expected) => {
  expect(isAskable(new URL(url), environment, [])).toBe(expected);
  expect(isAskable(new URL(url), environment, [['http.proxy', 'http://proxy']])).toBe(false);
});
