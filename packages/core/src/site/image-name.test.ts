import { describe, expect, test } from '@jest/globals';
import { familiarImageName, IMAGE_NAME, judgeImageName, splitImageName } from './image-name.ts';

/** The cases of distribution/reference v0.6: normalize_test.go, reference_test.go and regexp_test.go, but for tags and digests. */
const HEX = '1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a';
const LONG =
  'this_is_not_a_valid_namespace_because_its_lenth_is_greater_than_255_this_is_not_a_valid_namespace_because_its_lenth_is_greater_than_255_this_is_not_a_valid_namespace_because_its_lenth_is_greater_than_255_this_is_not_a_valid_namespace_because_its_lenth_is_greater_than_255/docker';

const GOOD = [
  'docker/docker',
  'library/debian',
  'debian',
  'localhost/library/debian',
  'localhost/debian',
  'docker.io/docker/docker',
  'docker.io/library/debian',
  'docker.io/debian',
  'index.docker.io/docker/docker',
  'index.docker.io/library/debian',
  'index.docker.io/debian',
  '127.0.0.1:5000/docker/docker',
  '127.0.0.1:5000/library/debian',
  '127.0.0.1:5000/debian',
  '192.168.0.1',
  '192.168.0.1:8/debian',
  '192.168.0.2:25000/debian',
  'thisisthesongthatneverendsitgoesonandonandonthisisthesongthatnev',
  '[fc00::1]:5000/docker',
  '[fc00::1]:5000/docker/docker',
  '[fc00:1:2:3:4:5:6:7]:5000/library/debian',
  `docker.io/${HEX}`,
  'docker-rules/docker',
  'docker---rules/docker',
  'doc/docker',
  'd/docker',
  'jess/t',
  'dock__er/docker',
  'test_com',
  'test_com/foo',
  'test.com/repo',
  'test:5000/repo',
  `${'a/'.repeat(127)}a`,
  'sub-dom1.foo.com/bar/baz/quux',
  'b.gcr.io/test.example.com/my-app',
  'xn--n3h.com/myimage',
  'xn--7o8h.com/myimage',
  'example.com/xn--7o8h.com/myimage',
  'foo_bar.com',
  'foo/foo_bar.com',
  '192.168.1.1/repo',
  '[2001:db8::1]/repo',
  '[2001:db8:1:2:3:4:5:6]/repo',
  '[2001:db8::]:5000/repo',
  '[::1]:5000/repo',
  `example.com/${'a'.repeat(255)}`,
  'short',
  'simple/name',
  'docker/stevvooe/app',
  'aa/aa/aa/aa/aa/aa/aa/aa/aa/bb/bb/bb/bb/bb/bb',
  'a/a/a/a',
  'a',
  'foo.com:8080/bar',
  'localhost:8080/bar',
  'aa-a/a',
  'foo_bar',
  'foo.com/foo_bar',
  'example.com/some_separator__underscore/myimage',
  'do__cker/docker',
  'registry.io/foo/project--id.module--name.ver---sion--name',
  'Asdf.com/foo/bar',
  'library/ubuntu-12.04-base',
  // Our own.
  'Registry:5000/erp',
  HEX.slice(1),
  'acme/sha256',
  'sha512',
  'a'.repeat(247),
];

const BAD: readonly (readonly [string, RegExp])[] = [
  ['https://github.com/docker/docker', /not the host/],
  ['docker/Docker', /upper case/],
  ['-docker', /part "-docker"/],
  ['-docker/docker', /part "-docker"/],
  ['-docker.io/docker/docker', /not the host/],
  ['docker///docker', /empty part/],
  ['docker.io/docker/Docker', /upper case/],
  ['docker.io/docker///docker', /empty part/],
  ['[fc00::1]', /tag/],
  ['[fc00::1]:5000', /tag/],
  ['fc00::1:5000/debian', /not the host/],
  ['[fe80::1%eth0]:5000/debian', /not the host/],
  ['[fe80::1%@invalidzone]:5000/repo', /not the host/],
  ['[2001:db8:3:4::192.0.2.33]:5000/debian', /not the host/],
  ['[fd00:1:2::3]75050/a', /not the host/],
  ['[fd00:1:2::3]::75050/a', /not the host/],
  [HEX, /64 hexadecimal/],
  ['docker-/docker', /part "docker-"/],
  ['-docker-/docker', /part "-docker-"/],
  ['____/____', /part/],
  ['_docker/_docker', /part/],
  ['docker_/docker_', /part/],
  ['dock..er/docker', /not the host/],
  ['dock_.er/docker', /not the host/],
  ['dock-.er/docker', /not the host/],
  ['docker/', /empty part/],
  [LONG, /255/],
  ['', /empty part/],
  [':justtag', /tag/],
  ['@sha256:ffff', /tag/],
  ['Uppercase', /upper case/],
  ['test:5000/Uppercase/lowercase', /upper case/],
  [`domain/${'a'.repeat(256)}`, /255/],
  [`example.com/${'a'.repeat(256)}`, /255/],
  [`${'a/'.repeat(128)}a`, /255/],
  ['aa/asdf$$^/aa', /part/],
  ['asdf$$^/aa', /part/],
  ['a^a', /part/],
  ['a/a/a/a/', /empty part/],
  ['a//a/a', /empty part/],
  ['foo.com/', /empty part/],
  ['foo.com:http/bar', /not the host/],
  ['a-/a/a/a', /part "a-"/],
  ['foo.com/a-/a/a', /part "a-"/],
  ['-foo/bar', /part "-foo"/],
  ['foo/bar-', /part "bar-"/],
  ['foo-/bar', /part "foo-"/],
  ['foo/-bar', /part "-bar"/],
  ['_foo/bar', /part "_foo"/],
  ['foo_bar.com:8080', /tag/],
  ['foo_bar.com:8080/app', /not the host/],
  ['do__cker:8080/docker', /not the host/],
  ['example.com/__underscore/myimage', /part/],
  ['example.com/..dots/myimage', /part/],
  ['example.com/.dots/myimage', /part/],
  ['example.com/nodouble..dots/myimage', /part/],
  ['docker./docker', /not the host/],
  ['.docker/docker', /not the host/],
  ['ab.-com/a', /not the host/],
  ['ab.com-/a', /not the host/],
  ['Foo/FarB', /begins with "Foo"/],
  // Our own.
  ['registry.example.com:5000/acme/erp:15', /tag/],
  ['erp:15', /tag/],
  ['sha256', /digest/],
  ['docker.io/sha256', /digest/],
  ['index.docker.io/library/sha256', /digest/],
  [`acme/erp@sha256:${HEX}`, /digest/],
  ['a'.repeat(248), /255/],
  [`docker.io/${'a'.repeat(248)}`, /255/],
  ['/docker', /empty part/],
  ['docker.io/', /empty part/],
  ['dock___er/docker', /part/],
  ['a b/c', /part/],
  ['a/b\n', /part/],
  ['caf\u00e9/x', /part/],
  // Docker accepts them.
  ['ACME/erp', /begins with "ACME".*host/],
  ['LOCALDOMAIN/library/debian', /host/],
  ['Docker/docker', /host/],
  ['foo_bar.com/app', /not the host/],
];

const pattern = new RegExp(IMAGE_NAME.pattern);

test.each(GOOD)('%s is a name', (name) => {
  expect([judgeImageName(name), pattern.test(name)]).toEqual([undefined, true]);
});

test.each(BAD)('%j is none', (name, reason) => {
  expect(judgeImageName(name)).toMatch(reason);
  expect(pattern.test(name)).toBe(false);
});

test('a long text that is no name is judged at once', () => {
  const started = performance.now();
  for (const text of ['a', 'a.', 'a-', '[:', 'a/', '9', '0_'].map((piece) => `${piece.repeat(100_000)}!/x`)) {
    expect(judgeImageName(text)).toBeDefined();
    expect(pattern.test(text)).toBe(false);
  }
  expect(performance.now() - started).toBeLessThan(2000);
});

/** Of TestParseRepositoryInfo: the host, the path there, the familiar name, and other ways to write it. */
const SPLIT: readonly (readonly [host: string, path: string, familiar: string, others: readonly string[]])[] =
  [
    ['localhost', 'fooo', 'localhost/fooo', []],
    ['localhost', 'fooo/bar', 'localhost/fooo/bar', []],
    ['LOCALDOMAIN', 'fooo/bar', 'LOCALDOMAIN/fooo/bar', []],
    ['docker.io', 'fooo/bar', 'fooo/bar', ['docker.io/fooo/bar', 'index.docker.io/fooo/bar']],
    ['docker.io', 'library/ubuntu', 'ubuntu', ['docker.io/library/ubuntu', 'library/ubuntu']],
    ['docker.io', 'nonlibrary/ubuntu', 'nonlibrary/ubuntu', ['docker.io/nonlibrary/ubuntu']],
    ['127.0.0.1:8000', 'private/moonbase', '127.0.0.1:8000/private/moonbase', []],
    ['127.0.0.1:8000', 'privatebase', '127.0.0.1:8000/privatebase', []],
    ['example.com', 'private/moonbase', 'example.com/private/moonbase', []],
    ['example.com:8000', 'privatebasee', 'example.com:8000/privatebasee', []],
    [
      'docker.io',
      'library/ubuntu-12.04-base',
      'ubuntu-12.04-base',
      ['docker.io/library/ubuntu-12.04-base', 'index.docker.io/library/ubuntu-12.04-base'],
    ],
    ['docker.io', 'library/foo', 'foo', ['docker.io/library/foo', 'docker.io/foo']],
    ['docker.io', 'library/foo/bar', 'library/foo/bar', ['docker.io/library/foo/bar']],
    ['docker.io', 'store/foo/bar', 'store/foo/bar', ['docker.io/store/foo/bar']],
    ['Foo', 'bar', 'Foo/bar', []],
  ];

describe.each(SPLIT)('%s, %s', (host, path, familiar, others) => {
  test.each([familiar, ...others])('%s', (name) => {
    expect([splitImageName(name), familiarImageName(name)]).toEqual([{ host, path }, familiar]);
  });
});
