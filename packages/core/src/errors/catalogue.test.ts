import { readdir } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { catalogue, functions, SECRET } from './catalogue.fixture.ts';
import { DeBuildError, isDeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import type { Finding } from './finding.ts';

const made = functions.flatMap(({ name, made }) =>
  made.map((failure, index) => ({ title: `${name} ${index + 1}`, name, failure })),
);

function nameOf(failure: DeBuildError | Finding): string {
  return isDeBuildError(failure) ? failure.code : failure.id;
}

test('the catalogue has every file of the folder', async () => {
  const files = (await readdir(import.meta.dirname)).filter((file) => /-(failures|findings)\.ts$/.test(file));
  expect(Object.keys(catalogue).sort()).toEqual(files.sort());
});

test.each(functions)('$name has a sample', ({ made }) => {
  expect(made).not.toHaveLength(0);
});

describe.each(made)('$title', ({ failure }) => {
  test('has these texts', () => {
    expect(isDeBuildError(failure) ? failure.toJSON() : failure).toMatchSnapshot();
  });

  test('is written in whole sentences', () => {
    // It ends with the instruction as it is written in the Containerfile.
    if (nameOf(failure) !== 'build-step-failed') expect(failure.what).toMatch(/\.$/);
    expect(failure.why).toMatch(/[.!?]$/);
    expect(failure.fix).toMatch(/\S/);
    for (const text of [failure.what, failure.why, failure.fix]) {
      expect(text).not.toMatch(/undefined|\[object|NaN|\.\.$| {2}/);
      expect(text).toBe(text.trim());
    }
  });

  test('has a stable name, and an exit code or a severity', () => {
    expect(nameOf(failure)).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    if (failure instanceof DeBuildError) {
      const failures = Object.entries(EXIT).filter(([name]) => name !== 'ok' && name !== 'bug');
      expect(failures.map(([, code]) => code)).toContain(failure.exitCode);
    } else expect(['error', 'warning', 'note']).toContain((failure as Finding).severity);
  });

  test('shows no secret', () => {
    const { output } = failure as DeBuildError;
    const shown = [failure.what, failure.why, failure.fix, output, (failure as Error).message].join('\n');
    expect(shown).not.toContain(SECRET);
  });
});

test('no two functions make failures with the same name', () => {
  const owners = new Map<string, Set<string>>();
  for (const { name, failure } of made) {
    const key = `${isDeBuildError(failure) ? 'error' : 'finding'} ${nameOf(failure)}`;
    owners.set(key, (owners.get(key) ?? new Set()).add(name));
  }
  expect([...owners].filter(([, names]) => names.size > 1)).toEqual([]);
});
