import { expect, test } from '@jest/globals';
import { readImageTree } from './image-tree.ts';
import { notePackages, packagesOf } from './packages.ts';
import { savedImage, type TarFile } from './saved-image.fixture.ts';

async function packagesIn(files: readonly TarFile[]) {
  const tree = await readImageTree('x', await savedImage([files]), notePackages);
  const { packages, system } = packagesOf(tree);
  return {
    system,
    packages: packages.map(({ ecosystem, name, version }) => `${ecosystem} ${name} ${version}`),
  };
}

const SITE = 'home/frappe/frappe-bench/env/lib/python3.11/site-packages';
const MODULES = 'home/frappe/frappe-bench/apps/frappe/node_modules';
const json = (name: string, version: string) => JSON.stringify({ name, version });

test.each<[string, TarFile, readonly string[]]>([
  [
    'a wheel',
    [
      `${SITE}/requests-2.31.0.dist-info/METADATA`,
      'Metadata-Version: 2.1\nName: requests\nVersion: 2.31.0\n\nName: no\n',
    ],
    ['python requests 2.31.0'],
  ],
  ['an egg', [`${SITE}/six-1.16.egg-info/PKG-INFO`, 'Name: six\r\nVersion: 1.16\r\n'], ['python six 1.16']],
  ['metadata without a version', [`${SITE}/x.dist-info/METADATA`, 'Name: x\n'], []],
  ['another file of a wheel', [`${SITE}/x.dist-info/RECORD`, 'Name: x\nVersion: 1\n'], []],
  ['a Node package', [`${MODULES}/vue/package.json`, json('vue', '3.4.0')], ['node vue 3.4.0']],
  [
    'a scoped one',
    [`${MODULES}/@vue/shared/package.json`, json('@vue/shared', '3.4.0')],
    ['node @vue/shared 3.4.0'],
  ],
  ['one below another', [`${MODULES}/a/node_modules/b/package.json`, json('b', '1.0.0')], ['node b 1.0.0']],
  ['a fixture in a package', [`${MODULES}/resolve/test/x/package.json`, json('x', '0.0.1')], []],
  ['a folder of a package', [`${MODULES}/vue/dist/package.json`, json('vue-dist', '1.0.0')], []],
  ['the yarn store', [`${MODULES}/.bin/package.json`, json('bin', '1.0.0')], []],
  ['an app itself', ['home/frappe/frappe-bench/apps/frappe/package.json', json('frappe', '15.0.0')], []],
  ['not JSON', [`${MODULES}/broken/package.json`, '{'], []],
  ['a package without a version', [`${MODULES}/x/package.json`, '{"name":"x"}'], []],
  [
    'dpkg',
    [
      'var/lib/dpkg/status',
      'Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.36-9+deb12u4\nDescription: a\n b\n\n' +
        'Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n\nPackage: git\nStatus: install ok installed\nVersion: 1:2.39.2-1.1\n',
    ],
    ['debian git 1:2.39.2-1.1', 'debian libc6 2.36-9+deb12u4'],
  ],
])('%s', async (_, file, expected) => {
  expect((await packagesIn([file])).packages).toEqual(expected);
});

test('a package that is installed twice is listed once, and in two versions twice', async () => {
  const { packages } = await packagesIn([
    [`${MODULES}/a/package.json`, json('a', '1.0.0')],
    [`${MODULES}/b/node_modules/a/package.json`, json('a', '1.0.0')],
    [`${MODULES}/c/node_modules/a/package.json`, json('a', '2.0.0')],
  ]);
  expect(packages).toEqual(['node a 1.0.0', 'node a 2.0.0']);
});

test('the system is the one of os-release', async () => {
  expect(
    await packagesIn([['usr/lib/os-release', 'PRETTY_NAME="Debian"\nVERSION_ID="12"\nID=debian\n']]),
  ).toEqual({
    system: 'debian',
    packages: [],
  });
});
