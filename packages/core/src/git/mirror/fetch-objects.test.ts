import { expect, test } from '@jest/globals';
import { judgeFetch } from './fetch-objects.ts';

const context = {
  request: { url: 'https://h.example/a/b', token: 'T' },
  timeoutSeconds: 30,
  now: 0,
  into: '/site/.de-build/mirror/h.example-a-b.git/incoming/12.git',
};
const failed = (stderr: string) => ({
  ended: 'exit' as const,
  exitCode: 128,
  signal: null,
  stdout: '',
  stderr,
});
const git = { status: 200, headers: new Map([['content-type', 'application/x-git-upload-pack-result']]) };

// As git says it, in versions from 2.25 on.
test.each([
  [
    'fatal: write error: No space left on device\nerror: RPC failed; curl 23 Failed writing body',
    'mirror-not-written',
  ],
  ['error: unable to write file x: Disk quota exceeded', 'mirror-not-written'],
  ["fatal: unable to create '/x/shallow.lock': Read-only file system", 'mirror-not-written'],
  ['remote: Permission denied to you.\nfatal: early EOF', 'git-answer-cut-off'],
  ['fatal: early EOF\nfatal: fetch-pack: invalid index-pack output', 'git-answer-cut-off'],
  ['error: RPC failed; curl 18 transfer closed with outstanding read data remaining', 'git-answer-cut-off'],
  ['fetch-pack: unexpected disconnect while reading sideband packet\nfatal: early EOF', 'git-answer-cut-off'],
  ['fatal: protocol error: bad line length character: <htm', 'git-answer-broken'],
])('%s', (stderr, code) => {
  const judged = judgeFetch(failed(stderr), [git], context);
  expect('error' in judged && judged.error.code).toBe(code);
  const what = 'error' in judged ? judged.error.what : '';
  expect(what).not.toContain('incoming');
});

test.each([
  ['fatal: remote error: upload-pack: not our ref 0123', 'refused'],
  ['error: Server does not allow request for unadvertised object 0123', 'refused'],
  ["fatal: couldn't find remote ref refs/heads/gone", 'no-such-ref'],
])('%s is an answer', (stderr, value) => {
  expect(judgeFetch(failed(stderr), [git], context)).toEqual({ outcome: 'done', value });
});
