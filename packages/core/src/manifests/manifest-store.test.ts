import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createRedactor } from '../secrets/redactor.ts';
import { listVersions, readManifest, readManifests } from './manifest-store.ts';
import { sampleManifest } from './sample-manifest.fixture.ts';
import { writeManifest } from './write-manifest.fixture.ts';

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'manifests-')), 'build-manifests');
});
afterEach(async () => {
  await rm(join(folder, '..'), { recursive: true, force: true });
});

async function record(...versions: string[]) {
  for (const siteVersion of versions) await writeManifest(folder, sampleManifest({ siteVersion }));
}

async function put(name: string, text: string) {
  await writeFile(join(folder, name), text);
}

describe('writing', () => {
  test('names the file after the version, and reads back what was written', async () => {
    const manifest = sampleManifest();
    expect(await writeManifest(folder, manifest)).toBe(join(folder, '1.4.0.json'));
    expect(await readManifest(folder, '1.4.0')).toEqual(manifest);
    expect(await readdir(folder)).toEqual(['1.4.0.json']);
  });

  test('gives the same bytes for any order of keys', async () => {
    const { siteVersion, ...rest } = sampleManifest();
    const path = await writeManifest(folder, { ...rest, siteVersion });
    const bytes = await readFile(path, 'utf8');
    await rm(path);
    const buildArgs = Object.fromEntries(Object.entries(rest.buildArgs).reverse());
    await writeManifest(folder, { siteVersion, ...rest, buildArgs });
    expect(await readFile(path, 'utf8')).toBe(bytes);
    expect(bytes).toMatch(/^\{\n {2}"schemaVersion": 1,\n {2}"siteVersion": "1.4.0",\n/);
    expect(bytes.endsWith('}\n')).toBe(true);
  });

  test('never overwrites', async () => {
    await record('1.4.0');
    const before = await readFile(join(folder, '1.4.0.json'), 'utf8');
    const second = writeManifest(folder, sampleManifest({ planDigest: `sha256:${'cd'.repeat(32)}` }));
    await expect(second).rejects.toMatchObject({ code: 'manifest-exists', exitCode: 8 });
    expect(await readFile(join(folder, '1.4.0.json'), 'utf8')).toBe(before);
  });

  test('moves the old record aside when the version is released again', async () => {
    await record('1.4.0');
    const again = sampleManifest({ createdAt: '2026-09-01T00:00:00.000Z' });
    await writeManifest(folder, again, { isReplacing: true });
    expect((await readManifests(folder)).manifests).toEqual([again]);
    expect(await readManifest(folder, '1.4.0-replaced-abababababab')).toEqual(sampleManifest());
    await writeManifest(folder, sampleManifest({ deBuildVersion: '0.2.0' }), { isReplacing: true });
    expect((await readdir(folder)).sort()).toEqual([
      '1.4.0-replaced-abababababab-2.json',
      '1.4.0-replaced-abababababab.json',
      '1.4.0.json',
    ]);
    expect(await listVersions(folder)).toEqual(['1.4.0']);
  });

  test('of many concurrent writes exactly one succeeds', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, () => writeManifest(folder, sampleManifest())),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await readdir(folder)).toEqual(['1.4.0.json']);
  });

  test('a failure names its reason and leaves no file', async () => {
    await writeFile(join(folder, '..', 'file'), '');
    await expect(writeManifest(join(folder, '..', 'file'), sampleManifest())).rejects.toMatchObject({
      code: 'manifest-not-written',
      exitCode: 9,
      why: expect.stringContaining('EEXIST'),
    });
  });

  test.each([
    [
      'a URL with credentials',
      { frappe: { ...sampleManifest().frappe, url: 'https://pat:x1@example.com/o/r' } },
    ],
    ['an invalid digest', { planDigest: 'nonsense' }],
  ])('%s is refused', async (_, changes) => {
    const manifest = { ...sampleManifest(), ...changes } as ReturnType<typeof sampleManifest>;
    await expect(writeManifest(folder, manifest)).rejects.toThrow();
    expect(await readManifests(folder)).toEqual({ manifests: [], problems: [] });
  });

  test('a secret is not recorded', async () => {
    const redactor = createRedactor();
    redactor.add({ name: 'PAT', value: 'very-secret-value' });
    const warnings = [{ id: 'w', what: 'very-secret-value and ghp_0123456789abcdefghijABCDEFGHIJ012345' }];
    const path = await writeManifest(folder, sampleManifest({ warnings }), { redactor });
    expect(await readFile(path, 'utf8')).toContain('"[redacted PAT] and [redacted token]"');
  });
});

describe('reading', () => {
  test.each(['podman', 'classic'] as const)('a record of a builder of earlier versions, %s', async (kind) => {
    const builder = { ...sampleManifest().builder, kind };
    await writeManifest(folder, sampleManifest({ builder }));
    expect((await readManifest(folder, '1.4.0')).builder).toEqual(builder);
  });

  test('a folder that does not exist has no records', async () => {
    expect(await readManifests(folder)).toEqual({ manifests: [], problems: [] });
    await expect(readManifest(folder, '1.0.0')).rejects.toMatchObject({ code: 'manifest-not-found' });
  });

  test('sorts by the scheme of the site, also what was recorded under another one', async () => {
    await record('1.9.0', '1.10.0-rc.1', '1.10.0', '2026.01.05', '2026.01.05.1', '2025.11.28');
    await writeManifest(folder, sampleManifest({ siteVersion: '2026.01.05' }), { isReplacing: true });
    expect(await listVersions(folder, 'calver')).toEqual([
      '2026.01.05.1',
      '2026.01.05',
      '2025.11.28',
      '1.10.0',
      '1.10.0-rc.1',
      '1.9.0',
    ]);
    expect((await readManifests(folder, 'calver')).problems).toEqual([]);
    const aside = await readManifest(folder, '2026.01.05-replaced-abababababab');
    expect(aside.siteVersion).toBe('2026.01.05');
  });

  test('a revision is newer than its base', async () => {
    await record('15.2.3-1', '15.2.3', '15.2.3-10', '15.2.3-2');
    expect(await listVersions(folder, 'revision')).toEqual(['15.2.3-10', '15.2.3-2', '15.2.3-1', '15.2.3']);
    expect(await listVersions(folder)).toEqual(['15.2.3', '15.2.3-10', '15.2.3-2', '15.2.3-1']);
  });

  test('sorts by version, newest first, and ignores other files', async () => {
    await record('1.9.0', '1.10.0', '1.10.0-rc.2', '1.10.0-rc.10');
    await put('notes.json', '{');
    await put('v1.0.0.json', '{');
    await put('1.0.0.json.tmp', '{');
    await put('README.md', '');
    const { manifests, problems } = await readManifests(folder);
    expect(manifests.map(({ siteVersion }) => siteVersion)).toEqual([
      '1.10.0',
      '1.10.0-rc.10',
      '1.10.0-rc.2',
      '1.9.0',
    ]);
    expect(problems).toEqual([]);
  });

  test('keys of a later de-build are kept', async () => {
    await record('1.4.0');
    const path = join(folder, '1.4.0.json');
    const value = JSON.parse(await readFile(path, 'utf8'));
    await put(
      '1.4.0.json',
      JSON.stringify({ ...value, archive: { digest: 'x' }, site: { ...value.site, a: 1 } }),
    );
    const read = await readManifest(folder, '1.4.0');
    expect(read).toMatchObject({ archive: { digest: 'x' }, site: { a: 1 } });
  });

  test.each([
    ['half a file', '{\n  "schemaVersion": 1,\n  "siteV', 'manifest-broken', 3],
    ['an empty file', '', 'manifest-broken', 1],
    ['not an object', '[]', 'manifest-invalid', 1],
    ['a wrong value', 'WRONG-COMMIT', 'manifest-invalid', 29],
    ['a newer schema', '{"schemaVersion": 2}', 'manifest-too-new', undefined],
    ['another version', 'MISNAMED', 'manifest-misnamed', 3],
  ])('%s is a problem that hides nothing', async (_, text, id, line) => {
    await record('1.0.0', '1.1.0', '1.2.0');
    const good = await readFile(join(folder, '1.2.0.json'), 'utf8');
    const texts: Record<string, string> = {
      'WRONG-COMMIT': good.replace('"commit": "0', '"commit": "x'),
      MISNAMED: good,
    };
    await put('1.1.0.json', texts[text] ?? text);
    const { manifests, problems } = await readManifests(folder);
    expect(manifests.map(({ siteVersion }) => siteVersion)).toEqual(['1.2.0', '1.0.0']);
    expect(problems).toMatchObject([{ id, severity: 'error', file: 'build-manifests/1.1.0.json' }]);
    expect(problems[0]?.line).toBe(line);
    await expect(readManifest(folder, '1.1.0')).rejects.toMatchObject({
      code: 'manifest-unreadable',
      exitCode: 9,
    });
  });

  test('an unknown version is an error that names the newest', async () => {
    await record('1.0.0', '1.1.0');
    await expect(readManifest(folder, '../../etc/passwd')).rejects.toMatchObject({
      code: 'manifest-not-found',
      why: '2 releases are recorded; the newest is 1.1.0.',
    });
  });

  test('a folder without permission is an error', async () => {
    await record('1.0.0');
    await chmod(folder, 0);
    const reading = readManifests(folder);
    // The superuser may read it all the same.
    if (process.getuid?.() === 0) await expect(reading).resolves.toMatchObject({ problems: [] });
    else await expect(reading).rejects.toMatchObject({ code: 'manifest-folder-unreadable' });
    await chmod(folder, 0o700);
  });
});
