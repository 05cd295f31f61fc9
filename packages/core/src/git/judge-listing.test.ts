import { describe, expect, test } from '@jest/globals';
import { readCurlTrace } from './curl-trace.ts';
import { judgeListing, readRetryAfter } from './judge-listing.ts';
import { readRemoteRefs } from './remote-refs.ts';

const context = { request: { url: 'https://h.example/a/b', token: 'T' }, timeoutSeconds: 30, now: 0 };
const unable = (reason: string) => ({
  ended: 'exit' as const,
  exitCode: 128,
  signal: null,
  stdout: '',
  stderr: `fatal: unable to access 'https://h.example/a/b/': ${reason}\n`,
});

// As git says it with curl built on GnuTLS, OpenSSL and Schannel, in versions from 7.68 on.
test.each([
  ['Could not resolve host: h.example', 'failed', 'git-host-unreachable'],
  ['Could not resolve proxy: proxy.example', 'failed', 'git-proxy-failed'],
  ['Failed to connect to h.example port 443: Connection refused', 'failed', 'git-host-unreachable'],
  [
    "Failed to connect to h.example port 443 after 5 ms: Couldn't connect to server",
    'failed',
    'git-host-unreachable',
  ],
  ['Received HTTP code 403 from proxy after CONNECT', 'failed', 'git-proxy-failed'],
  ['CONNECT tunnel failed, response 407', 'failed', 'git-proxy-failed'],
  ['Failed to connect to h.example port 443 after 130141 ms: Connection timed out', 'failed', 'git-timeout'],
  ['Operation too slow. Less than 1 bytes/sec transferred the last 35 seconds', 'failed', 'git-timeout'],
  ['server certificate verification failed. CAfile: none CRLfile: none', 'failed', 'git-tls-failed'],
  ['SSL certificate problem: unable to get local issuer certificate', 'failed', 'git-tls-failed'],
  [
    "SSL: no alternative certificate subject name matches target host name 'h.example'",
    'failed',
    'git-tls-failed',
  ],
  ['schannel: next InitializeSecurityContext failed: SEC_E_UNTRUSTED_ROOT', 'failed', 'git-tls-failed'],
  ['gnutls_handshake() failed: Handshake failed', 'failed', 'git-tls-failed'],
  ['Recv failure: Connection reset by peer', 'try-again', 'git-host-failed'],
  ['OpenSSL SSL_read: Connection was reset, errno 10054', 'try-again', 'git-host-failed'],
  ['OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to h.example:443', 'try-again', 'git-host-failed'],
  ['error:0A000126:SSL routines::unexpected eof while reading', 'try-again', 'git-host-failed'],
  ['Empty reply from server', 'try-again', 'git-host-failed'],
  ['transfer closed with 12 bytes remaining to read', 'try-again', 'git-answer-cut-off'],
])('%s → %s', (reason, outcome, code) => {
  const listing = judgeListing(unable(reason), [], context);
  expect(listing.outcome).toBe(outcome);
  expect('error' in listing && listing.error.code).toBe(code);
});

test('an answer of another kind is never an empty list', () => {
  const success = { ended: 'exit' as const, exitCode: 0, signal: null, stdout: '', stderr: '' };
  const html = { status: 200, headers: new Map([['content-type', 'text/html']]) };
  const git = { status: 200, headers: new Map([['content-type', 'application/x-git-upload-pack-result']]) };
  expect(judgeListing(success, [html], context).outcome).toBe('failed');
  expect(judgeListing(success, [git], context).outcome).toBe('done');
});

test.each([
  [{ 'retry-after': '7' }, 7],
  [{ 'retry-after': 'Thu, 01 Jan 1970 00:01:30 GMT' }, 90],
  [{ 'retry-after': 'Wed, 31 Dec 1969 00:00:00 GMT' }, 0],
  [{ 'retry-after': 'soon' }, undefined],
  [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '42' }, 42],
  [{ 'x-ratelimit-remaining': '9', 'x-ratelimit-reset': '42' }, undefined],
  [{}, undefined],
])('readRetryAfter %j', (headers, expected) => {
  expect(readRetryAfter(new Map(Object.entries(headers)), 0)).toBe(expected);
});

test('a date is by the clock of the host that sent it', () => {
  const headers = new Map([
    ['content-type', 'text/plain'],
    ['date', 'Thu, 01 Jan 1970 05:00:00 GMT'],
    ['retry-after', 'Thu, 01 Jan 1970 05:00:07 GMT'],
  ]);
  const result = { ...unable('The requested URL returned error: 429'), exitCode: 128 };
  expect(judgeListing(result, [{ status: 429, headers }], context)).toMatchObject({
    outcome: 'try-again',
    waitSeconds: 7,
  });
});

test('readCurlTrace reads answers of HTTP/1.1 and HTTP/2, without the interim ones', () => {
  const trace = [
    '06:47:58.564666 http.c:672   <= Recv header, 0000000027 bytes (0x0000001b)',
    '06:47:58.564677 http.c:684   <= Recv header: HTTP/1.1 100 Continue',
    '06:47:58.564677 http.c:684   <= Recv header: HTTP/2 301 ',
    '06:47:58.564681 http.c:684   <= Recv header: Location: https://h.example/x',
    '06:47:58.564681 http.c:684   => Send header: x-not: ours',
    '06:47:58.564677 http.c:684   <= Recv header: HTTP/1.1 429 Too Many Requests',
    '06:47:58.564681 http.c:684   <= Recv header: retry-after: 3',
  ].join('\r\n');
  expect(readCurlTrace(trace).map(({ status, headers }) => [status, ...headers])).toEqual([
    [301, ['location', 'https://h.example/x']],
    [429, ['retry-after', '3']],
  ]);
});

describe('readRemoteRefs', () => {
  const id = (digit: string) => digit.repeat(40);
  test('reads branches, tags and HEAD, and ignores other refs', () => {
    const refs = readRemoteRefs(
      [
        'ref: refs/heads/feature/x\tHEAD',
        `${id('1')}\tHEAD`,
        `${id('1')}\trefs/heads/feature/x`,
        `${id('2')}\trefs/pull/7/head`,
        `${id('3')}\trefs/tags/v1`,
        `${id('4')}\trefs/tags/v1^{}`,
        '',
      ].join('\n'),
    );
    expect(refs).toEqual({
      branches: new Map([['feature/x', id('1')]]),
      tags: new Map([['v1', { commit: id('4'), tagObject: id('3') }]]),
      defaultBranch: 'feature/x',
    });
  });
  test.each(['nonsense', `${id('1')} refs/heads/main`, `${'1'.repeat(39)}\trefs/heads/main`])(
    '%j is not trusted',
    (line) => {
      expect(readRemoteRefs(`${line}\n`)).toBeUndefined();
    },
  );
});
