import { expect, test } from '@jest/globals';
import { IMAGE_NAME, judgeImageName } from './image-name.ts';

const HEX = '1a3f5e7d9c1b3a5f7e9d1c3b5d7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a';

const GOOD = [
  'docker/docker',
  'library/debian',
  'debian',
  'docker.io/docker/docker',
  'docker.io/library/debian',
  'docker.io/debian',
  'index.docker.io/docker/docker',
  '127.0.0.1:5000/docker/docker',
  '127.0.0.1:5000/debian',
  '[fc00::1]:5000/docker',
  '[fc00::1]:5000/docker/docker',
  '[2001:db8:1:2:3:4:5:6]:5000/library/debian',
  '[fd00:1:2::3]/docker',
  'localhost/acme/erp',
  'localhost:5000/acme/erp',
  'registry:5000/erp',
  'REGISTRY.example.com/acme/erp',
  'Registry:5000/erp',
  'doc/docker',
  'd/docker',
  'jess/t',
  'dock__er/docker',
  'dock_er/docker',
  'do-ck-er/docker',
  'dock--er/docker',
  'a.b',
  'xn--n3h.com/myimage',
  `docker.io/${HEX}`,
  `${HEX.slice(1)}`,
  `${'a/'.repeat(127)}a`,
];

const BAD: readonly (readonly [string, RegExp])[] = [
  ['-foo/bar', /part "-foo"/],
  ['foo-/bar', /part "foo-"/],
  ['dock-.er/docker', /not the host/],
  ['-docker.io/docker/docker', /not the host/],
  [HEX, /64 hexadecimal/],
  ['a'.repeat(256), /255/],
  [`${'a/'.repeat(128)}a`, /255/],
  ['ACME/erp', /begins with "ACME".*host/],
  ['docker/Docker', /upper case/],
  ['Docker', /upper case/],
  ['docker.io/docker/Docker', /upper case/],
  ['registry.example.com:5000/acme/erp:15', /tag/],
  ['acme/erp:15', /tag/],
  ['erp:15', /tag/],
  [`acme/erp@sha256:${HEX}`, /digest/],
  ['https://github.com/docker/docker', /not the host/],
  ['docker///docker', /empty part/],
  ['/docker', /empty part/],
  ['docker/', /empty part/],
  ['', /empty/],
  ['dock___er/docker', /part/],
  ['dock._er', /part/],
  ['a..b', /part/],
  ['_docker/_docker', /part/],
  ['docker-/docker', /part/],
  ['[fc00::1]', /part|tag/],
  ['[fc00::1]:5000', /part|tag/],
  ['fc00::1:5000/debian', /not the host/],
  ['[fe80::1%eth0]:5000/debian', /not the host/],
  ['[2001:db8:3:4::192.0.2.33]:5000/debian', /not the host/],
  ['a b/c', /part/],
  ['a/b\n', /part/],
  ['caf\u00e9/x', /part/],
];

const pattern = new RegExp(IMAGE_NAME.pattern);
const isAccepted = (name: string) => name.length <= IMAGE_NAME.maxLength && pattern.test(name);

test.each(GOOD)('%s is a name', (name) => {
  expect([judgeImageName(name), isAccepted(name)]).toEqual([undefined, true]);
});

test.each(BAD)('%j is none', (name, reason) => {
  expect(judgeImageName(name)).toMatch(reason);
  expect(isAccepted(name)).toBe(false);
});
