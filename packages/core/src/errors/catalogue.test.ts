import { readdir } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { catalogue, SECRET, samples } from './catalogue.fixture.ts';
import { DeBuildError, isDeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import type { Finding } from './finding.ts';

type Made = DeBuildError | Finding;
type Maker = (...given: readonly unknown[]) => Made;

const functions = Object.entries(catalogue).flatMap(([file, module]) =>
  Object.entries(module as Record<string, unknown>)
    .filter(([, value]) => typeof value === 'function')
    .map(([name, make]) => ({ file, name, make: make as Maker })),
);

function samplesOf(file: string, name: string): readonly (readonly unknown[])[] {
  return (samples as Record<string, Record<string, readonly (readonly unknown[])[]>>)[file]?.[name] ?? [];
}

const made = functions.flatMap(({ file, name, make }) =>
  samplesOf(file, name).map((given, index) => ({
    title: `${name} ${index + 1}`,
    name,
    failure: make(...given),
  })),
);

function nameOf(failure: Made): string {
  return isDeBuildError(failure) ? failure.code : failure.id;
}

test('the catalogue has every file of the folder', async () => {
  const files = (await readdir(import.meta.dirname)).filter((file) => /-(failures|findings)\.ts$/.test(file));
  expect(Object.keys(catalogue).sort()).toEqual(files.sort());
});

test.each(functions)('$name has a sample', ({ file, name }) => {
  expect(samplesOf(file, name).length).toBeGreaterThan(0);
});

describe.each(made)('$title', ({ failure }) => {
  test('reads so', () => {
    expect(isDeBuildError(failure) ? failure.toJSON() : failure).toMatchSnapshot();
  });

  test('is told in whole sentences', () => {
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

test('no two functions make failures of one name and kind', () => {
  const owners = new Map<string, Set<string>>();
  for (const { name, failure } of made) {
    const key = `${isDeBuildError(failure) ? 'error' : 'finding'} ${nameOf(failure)}`;
    owners.set(key, (owners.get(key) ?? new Set()).add(name));
  }
  expect([...owners].filter(([, names]) => names.size > 1)).toEqual([]);
});
