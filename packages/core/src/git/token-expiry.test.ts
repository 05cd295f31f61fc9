import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Secret } from '../secrets/secret.ts';
import { judgeTokenExpiry, parseTokenExpiry, readTokenExpiry } from './token-expiry.ts';

describe('parseTokenExpiry', () => {
  const answered = 'Sun, 01 Nov 2026 10:00:00 GMT';
  test.each([
    ['2026-12-01 08:00:00 UTC', '2026-12-01T08:00:00.000Z'],
    ['2026-12-01 08:00:00 +0500', '2026-12-01T03:00:00.000Z'],
    ['2026-12-01 08:00:00 -0330', '2026-12-01T11:30:00.000Z'],
    ['2026-12-01T08:00:00Z', '2026-12-01T08:00:00.000Z'],
    // The time of the answer itself, in another zone: GitHub's fault with some fine-grained tokens.
    ['2026-11-01 15:00:07 +0500', undefined],
    ['2026-13-01 08:00:00 UTC', undefined],
    ['soon', undefined],
    [null, undefined],
  ])('%s', (value, expected) => {
    expect(parseTokenExpiry(value, answered)?.toISOString()).toBe(expected);
  });
});

describe('judgeTokenExpiry', () => {
  const now = new Date('2026-11-01T10:00:00Z');
  test.each([
    ['2026-10-31T10:00:00Z', 'token-expired', 'expired on 2026-10-31'],
    ['2026-11-01T12:00:00Z', 'token-expires-soon', 'within a day'],
    ['2026-11-02T12:00:00Z', 'token-expires-soon', 'in 1 day,'],
    ['2026-11-14T12:00:00Z', 'token-expires-soon', 'in 13 days'],
  ])('%s', (expiry, id, words) => {
    const finding = judgeTokenExpiry(new Date(expiry), 'ACME_TOKEN', { now });
    expect(finding?.id).toBe(id);
    expect(finding?.what).toContain(words);
  });
  test('a distant expiry gives no finding', () => {
    expect(judgeTokenExpiry(new Date('2026-11-20T10:00:00Z'), 'ACME_TOKEN', { now })).toBeUndefined();
  });
});

describe('readTokenExpiry', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });

  async function api(
    status: number,
    headers: Record<string, string>,
  ): Promise<{ url: string; asked: { path: string; headers: IncomingHttpHeaders }[] }> {
    const asked: { path: string; headers: IncomingHttpHeaders }[] = [];
    const server = createServer((request, response) => {
      asked.push({ path: request.url ?? '', headers: request.headers });
      if (status !== 0) response.writeHead(status, headers).end('{}');
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
  }
  const credential = { username: 'x', password: new Secret('ACME_TOKEN', 't0ken') };
  const repository = { url: 'http://127.0.0.1:9/acme/app', credential };
  const header = { 'github-authentication-token-expiration': '2030-12-01 08:00:00 UTC' };

  test.each([200, 401, 403])('reads the header of any answer (%d)', async (status) => {
    const { url, asked } = await api(status, header);
    const expiry = await readTokenExpiry(repository, { githubApi: `${url}/api/v3/` });
    expect(expiry?.toISOString()).toBe('2030-12-01T08:00:00.000Z');
    expect(asked[0]?.path).toBe('/api/v3/rate_limit');
    expect(asked[0]?.headers.authorization).toBe('Bearer t0ken');
  });

  test('a redirect is not followed', async () => {
    const other = await api(200, header);
    const { url } = await api(302, { location: `${other.url}/rate_limit` });
    expect(await readTokenExpiry(repository, { githubApi: url })).toBeUndefined();
    expect(other.asked).toEqual([]);
  });

  test('a host that is not the API is never sent a token', async () => {
    const { url, asked } = await api(200, header);
    const elsewhere = { url: 'https://gitlab.com/acme/app', credential };
    expect(await readTokenExpiry(elsewhere, { githubApi: url })).toBeUndefined();
    expect(asked).toEqual([]);
  });

  test('an unknown expiry is no failure', async () => {
    const { url } = await api(0, {});
    expect(await readTokenExpiry(repository, { githubApi: url, timeoutMs: 50 })).toBeUndefined();
    expect(await readTokenExpiry(repository, { githubApi: 'http://127.0.0.1:1' })).toBeUndefined();
    expect(await readTokenExpiry(repository, { githubApi: 'nonsense' })).toBeUndefined();
  });
});
