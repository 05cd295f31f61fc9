import { expect, test } from '@jest/globals';
import { fromShortSsh, isSafeSshUrl } from './ssh-url.ts';

test.each([
  'ssh://git@github.com/acme/app.git',
  'ssh://git.example/acme/app',
  'ssh://git@git.example:2222/group/sub-group/app',
  'ssh://git@ssh.dev.azure.com/v3/acme/project/app',
  'ssh://git@[::1]:2222/acme/app',
  'ssh://git@git.example/~git/acme/app',
])('%s is safe', (url) => {
  expect(isSafeSshUrl(url)).toBe(true);
});

test.each([
  'ssh://-oProxyCommand=x/acme/app',
  'ssh://git@-oProxyCommand=x/acme/app',
  'ssh://-l@git.example/acme/app',
  'ssh://git@git.example/-upload-pack/app',
  'ssh://git:secret@git.example/acme/app',
  'ssh://git@git.example/acme/app;id',
  'ssh://git@git.example/acme/$(id)',
  'ssh://git@git.example/acme/%2doption',
  "ssh://git@git.example/acme/a'b",
  'ssh://git@git.example/acme/../app',
  'ssh://git@git.example/',
  'ssh://git@git.example:port/acme/app',
  'ssh://git@git.example/acme/app\n',
  'git+ssh://git@git.example/acme/app',
  'https://git.example/acme/app',
])('%j is not', (url) => {
  expect(isSafeSshUrl(url)).toBe(false);
});

test.each([
  ['git@github.com:acme/app.git', 'ssh://git@github.com/acme/app.git'],
  ['git@git.example:/srv/acme/app', 'ssh://git@git.example/srv/acme/app'],
  ['git@-oProxyCommand=x:acme/app', undefined],
  ['-l@git.example:acme/app', undefined],
  ['https://git.example/acme/app', undefined],
  ['ssh://git@git.example:acme/app', undefined],
])('%s → %s', (text, url) => {
  expect(fromShortSsh(text)).toBe(url);
});
