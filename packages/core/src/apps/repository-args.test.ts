import { expect, test } from '@jest/globals';
import { Secret } from '../secrets/secret.ts';
import { repositoryArgs } from './repository-args.ts';

test.each<[string, string | Secret, object[]]>([
  [
    'ERPNEXT_REPO',
    new Secret('PAT', 'https://tok@git.example/acme/erp.git'),
    [{ name: 'ERPNEXT_REPO', url: 'https://git.example/acme/erp.git', user: 'x-access-token', token: 'tok' }],
  ],
  [
    'REPO',
    new Secret('PAT', 'https://me:t%2Fk@git.example/a/b'),
    [{ name: 'REPO', url: 'https://git.example/a/b', user: 'me', token: 't/k' }],
  ],
  ['FRAPPE_PATH', new Secret('PAT', 'https://tok@git.example/acme/erp'), []],
  ['REPO', 'https://git.example/a/b', []],
  ['REPO', new Secret('PAT', 'https://git.example/a/b?tok'), []],
  ['REPO', new Secret('PAT', 'tok@ssh.example:a/b'), []],
  ['NPM_TOKEN', new Secret('PAT', 'tok'), []],
])('%s %s', (name, value, expected) => {
  const found = repositoryArgs({ [name]: value }).map(({ credential, ...arg }) => ({
    ...arg,
    user: credential?.username,
    token: credential?.password.reveal(),
  }));
  expect(found).toEqual(expected);
});
