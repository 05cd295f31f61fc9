import { expect, test } from '@jest/globals';
import { parseEnv } from './env-file.ts';
import { imageOfCompose, judgeCompose, readComposeLines, readComposeServices } from './judge-compose.ts';
import { defaultSiteConfig } from './site-config.ts';

/** As frappe_docker has it. */
const FRAPPE = `x-customizable-image: &customizable_image
  # By default the image of frappe.
  image: \${CUSTOM_IMAGE:-frappe/erpnext}:\${CUSTOM_TAG:-$ERPNEXT_VERSION}
  pull_policy: \${PULL_POLICY:-always}
services:
  db:
    image: mariadb:11
`;
const RIGHT = `DE_SITE_VERSION=1.4.0
CUSTOM_IMAGE=acme/erp
CUSTOM_TAG=\${DE_SITE_VERSION}
PULL_POLICY=never
`;

function find(env: string, { text = FRAPPE, push = false }: { text?: string; push?: boolean } = {}) {
  const config = { ...defaultSiteConfig(), image: 'acme/erp', push };
  const { env: read } = parseEnv(env, '.env');
  const reading = readComposeLines([{ path: 'compose.yaml', text }], read);
  return judgeCompose({ config, env: read }, reading);
}

function judge(...given: Parameters<typeof find>) {
  return find(...given).map(({ id, line }) => `${id} ${line}`);
}

test('every fix names the key of the line, and works as written', () => {
  const fixes: string[] = [];
  let env = 'ERPNEXT_VERSION=v15\nDE_SITE_VERSION=1.4.0\n';
  for (let [finding] = find(env); finding !== undefined && fixes.length < 5; [finding] = find(env)) {
    const line = /`([^`]*)`/.exec(finding.fix)?.[1] ?? '';
    fixes.push(line);
    env += `${line}\n`;
  }
  expect(fixes).toEqual(['CUSTOM_IMAGE=acme/erp', 'CUSTOM_TAG=${DE_SITE_VERSION}', 'PULL_POLICY=missing']);
});

test('without a key, the fix is in the file', () => {
  const text = 'services:\n  a:\n    image: acme/erp:15\n    pull_policy: never\n';
  expect(find('DE_SITE_VERSION=1.4.0\n', { text })).toMatchObject([
    { fix: 'Write acme/erp:${DE_SITE_VERSION} into compose.yaml line 3.' },
  ]);
});

test.each([
  ['all agree', RIGHT, {}, []],
  ['the name with its registry', RIGHT.replace('acme/erp', 'docker.io/acme/erp'), {}, []],
  ['another image', 'DE_SITE_VERSION=1.4.0\nERPNEXT_VERSION=v15\n', {}, ['compose-image-differs 3']],
  ['another tag', RIGHT.replace('${DE_SITE_VERSION}', '1.3.0'), {}, ['compose-tag-differs 3']],
  [
    'no tag',
    RIGHT,
    { text: 'services:\n  a:\n    image: "acme/erp" # ours\n    pull_policy: never' },
    ['compose-tag-differs 3'],
  ],
  ['always pulled', RIGHT.replace('PULL_POLICY=never\n', ''), {}, ['compose-pulls-always 4']],
  ['always pulled, and pushed', RIGHT.replace('PULL_POLICY=never\n', ''), { push: true }, []],
  ['only images of others', RIGHT, { text: 'services:\n  db:\n    image: mariadb:11\n' }, []],
  [
    'an image of others, whose tag is in .env',
    `${RIGHT}DB_VERSION=11\n`,
    { text: 'a:\n  image: mariadb:$DB_VERSION\n' },
    [],
  ],
  [
    'another image, and one of others whose tag is in .env',
    `${RIGHT}DB_VERSION=11\n`.replace('acme/erp', 'acme/other'),
    { text: `a:\n  image: mariadb:$DB_VERSION\n${FRAPPE}` },
    ['compose-image-differs 5'],
  ],
  [
    'a secret in its name',
    `${RIGHT}DB_PASSWORD=hunter-2\n`,
    { text: 'a:\n  image: x/${DB_PASSWORD}:1\n' },
    [],
  ],
  ['no version', 'CUSTOM_IMAGE=acme/erp\n', {}, []],
  ['what Compose refuses', RIGHT, { text: 'a:\n  image: ${X:?say it}\n' }, []],
])('%s', (_, env, options, expected) => {
  expect(judge(env, options)).toEqual(expected);
});

test.each([
  ['a secret hides the image whose name has it', 'hunter-2-to-erp', []],
  ['a weak one is in a name by chance', 'erp', ['compose-tag-differs']],
  ['an empty one is none', '', ['compose-tag-differs']],
])('of what Compose tells: %s', (_, password, expected) => {
  const { env } = parseEnv(`DE_SITE_VERSION=1.4.0\nDB_PASSWORD=${password}\n`, '.env');
  const image = `acme/erp:${password === '' ? 'x' : password}`;
  const services = [{ image, pullPolicy: undefined, hasVariableName: false }];
  const config = { ...defaultSiteConfig(), image: 'acme/erp' };
  const findings = judgeCompose({ config, env }, readComposeServices(services, [], env));
  expect(findings.map(({ id }) => id)).toEqual(expected);
});

test.each([
  ['of CUSTOM_IMAGE', RIGHT, FRAPPE, 'acme/erp'],
  ['of CUSTOM_IMAGE without a file', 'CUSTOM_IMAGE=acme/erp\n', '', 'acme/erp'],
  ['of another key', 'IMG=acme/erp\n', 'a:\n  image: ${IMG}:1\n', 'acme/erp'],
  ['none: only the default of the file', 'A=1\n', FRAPPE, undefined],
  ['none: no name of an image', 'CUSTOM_IMAGE=-x\n', '', undefined],
])('the image %s', (_, env, text, expected) => {
  expect(imageOfCompose(parseEnv(env, '.env').env, [{ path: 'compose.yaml', text }])).toBe(expected);
});
