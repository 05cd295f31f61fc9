import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { findCrlfHeredoc, findCrlfScripts } from './find-crlf.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'find-crlf-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ['FROM a\r\nRUN <<EOF\r\nset -e\r\nEOF\r\n', 2],
  ['FROM a\nRUN <<EOF\nset -e\nEOF\n', undefined],
  ['FROM a\r\nRUN true && \\\r\n  true\r\n', undefined],
])('%j: the heredoc of line %s', (text, line) => {
  expect(findCrlfHeredoc(text)).toBe(line);
});

test('scripts that are copied, by name, by pattern and with their folder', async () => {
  const files = {
    'entrypoint.sh': '#!/bin/sh\r\ntrue\r\n',
    'fine.sh': '#!/bin/sh\ntrue\n',
    'notes.txt': 'a\r\nb\r\n',
    'bin/deep/start': '#!/usr/bin/env bash\r\n',
    'bin/node_modules/x/y.sh': '#!/bin/sh\r\n',
    'more/one.sh': '#!/bin/sh\r\n',
    'more/one.txt': '#!/bin/sh\r\n',
    'other.sh': '#!/bin/sh\r\n',
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const text = [
    'FROM a AS one',
    'COPY --chmod=755 entrypoint.sh fine.sh notes.txt missing.sh /usr/local/bin/',
    'COPY ["./bin/", "/opt"]',
    'FROM b',
    'COPY --from=one other.sh /',
    'COPY more/*.sh /more/',
    'ADD https://example.com/other.sh /',
  ].join('\n');
  expect(await findCrlfScripts(text, folder)).toEqual([
    { path: 'entrypoint.sh', line: 2 },
    { path: 'bin/deep/start', line: 3 },
    { path: 'more/one.sh', line: 6 },
  ]);
});
