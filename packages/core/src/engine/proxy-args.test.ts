import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createRedactor } from '../secrets/redactor.ts';
import { Secret } from '../secrets/secret.ts';
import { findProxyArgs } from './proxy-args.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'proxy-args-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function find(config: unknown, endpoint = 'unix:///var/run/docker.sock') {
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  const redactor = createRedactor();
  const args = await findProxyArgs(endpoint, { environment: { DOCKER_CONFIG: folder }, redactor });
  return { args, redactor };
}

test('the default has both spellings, and leaves out what is empty', async () => {
  const proxies = { default: { httpProxy: 'http://proxy:3128', noProxy: 'a,b', ftpProxy: '' } };
  expect((await find({ proxies })).args).toEqual({
    HTTP_PROXY: 'http://proxy:3128',
    http_proxy: 'http://proxy:3128',
    NO_PROXY: 'a,b',
    no_proxy: 'a,b',
  });
});

test("an engine's own come in place of the default", async () => {
  const proxies = { default: { httpProxy: 'http://one' }, 'tcp://far:2376': { httpsProxy: 'http://two' } };
  const { args } = await find({ proxies }, 'tcp://far:2376');
  expect(args).toEqual({ HTTPS_PROXY: 'http://two', https_proxy: 'http://two' });
});

test.each([
  ['http://me:p4ss%2Fword@proxy:3128', /p4ss/],
  ['http://p4ss-token@proxy:3128', /p4ss/],
  ['me:p4ss-word@proxy:3128', /p4ss/],
  ['http://me:p4ss%word@proxy:3128', /p4ss/],
  ['http://me:p4ss@word-x@proxy:3128', /p4ss|word-x/],
  ['http://me:p4ss#word-x@proxy:3128', /p4ss|word-x/],
  ['http://me:p4ss/word-x?y@proxy:3128', /p4ss|word-x/],
])('what precedes the host in %s is a secret', async (allProxy, planted) => {
  const { args, redactor } = await find({ proxies: { default: { allProxy } } });
  expect(args.ALL_PROXY).toBeInstanceOf(Secret);
  const credentials = allProxy.replace(/^http:\/\//, '').replace(/@proxy.*$/, '');
  expect(redactor.redact(`curl -x ${allProxy}, or ${credentials.replace(/^me:/, '')}`)).not.toMatch(planted);
});

test.each([{}, { proxies: {} }, { auths: {} }])('%j has none', async (config) => {
  expect((await find(config)).args).toEqual({});
});
