import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import * as core from '../index.ts';
import { CHECK_IDS } from '../release/check/checks.ts';
import { functions } from './catalogue.fixture.ts';
import { isDeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';

const DOCUMENTS = join(import.meta.dirname, '../../../../docs');

/** The rows of a document's tables: their cells, without backticks. */
async function rowsOf(document: string): Promise<string[][]> {
  const text = await readFile(join(DOCUMENTS, document), 'utf8');
  return [...text.matchAll(/^\| (`?[\w-]+`? \|.*) \|$/gm)].map(([, row = '']) =>
    row.split(' | ').map((cell) => cell.replaceAll('`', '')),
  );
}

const failures = functions.flatMap(({ made }) => made);

test('checks.md lists every finding with its severity, and no other', async () => {
  const rows = (await rowsOf('checks.md')).filter(([id]) => id !== 'finding');
  const expected = new Map<string, Set<string>>();
  for (const failure of failures) {
    if (isDeBuildError(failure)) continue;
    expected.set(failure.id, (expected.get(failure.id) ?? new Set()).add(failure.severity));
  }
  expect(rows.map(([id]) => id).sort()).toEqual([...expected.keys()].sort());
  for (const [id = '', severity = '', meaning, fix] of rows) {
    // A finding with two severities has the usual one in its cell, and the other in its meaning.
    const [...severities] = expected.get(id) ?? [];
    expect(severities).toContain(severity);
    for (const other of severities) expect(`${severity} ${meaning}`).toContain(other);
    expect(meaning).toMatch(/\S\.$/);
    expect(fix).toMatch(/\S\.$/);
  }
});

test('checks.md has a section for every check, and no other', async () => {
  const text = await readFile(join(DOCUMENTS, 'checks.md'), 'utf8');
  const parts = [...text.matchAll(/^## `([\w-]+)`/gm)].map((match) => match[1]);
  expect(parts.sort()).toEqual([...CHECK_IDS].sort());
});

test('errors.md lists every error with its exit code, and no other', async () => {
  const rows = (await rowsOf('errors.md')).filter(([code]) => code !== 'code');
  const expected = new Map(
    failures.filter(isDeBuildError).map(({ code, exitCode }) => [code, String(exitCode)]),
  );
  expect(rows.map(([code, exit]) => [code, exit]).sort()).toEqual([...expected].sort());
});

test('exit-codes.md lists every exit code, and no other', async () => {
  const rows = (await rowsOf('exit-codes.md')).filter(([code]) => code !== 'code');
  const expected = Object.entries(EXIT).map(([name, code]) => [String(code), name]);
  expect(rows.map(([code, name]) => [code, name])).toEqual(expected);
});

test('library.md names functions that are exported, and imports nothing else', async () => {
  const text = await readFile(join(DOCUMENTS, 'library.md'), 'utf8');
  const called = [...text.matchAll(/^\| `(\w+)\(/gm)].map(([, name = '']) => name);
  const imported = [...text.matchAll(/import \{ (.*) \} from '@de-build\/core'/g)].flatMap(([, names = '']) =>
    names.split(', '),
  );
  expect(called.length).toBeGreaterThan(20);
  for (const name of [...called, ...imported]) {
    expect({ name, type: typeof (core as Record<string, unknown>)[name] }).toEqual({
      name,
      type: 'function',
    });
  }
});
