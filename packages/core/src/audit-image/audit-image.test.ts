import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Engine } from '../engine/engine.ts';
import { auditImage, auditImages } from './audit-image.ts';

let site: string;
beforeEach(async () => {
  site = await mkdtemp(join(tmpdir(), 'de-build-audit-image-'));
  await writeFile(join(site, '.env'), 'DE_SITE_VERSION=1.0.0\n');
});
afterEach(() => rm(site, { recursive: true, force: true }));

/** An engine without images, and the names that it was asked for. */
async function audits(image: string) {
  await writeFile(join(site, 'de-build.json'), JSON.stringify({ image }));
  const asked: string[] = [];
  const ask = async (name: string) => void asked.push(name);
  const engine = { images: { inspect: ask, list: ask }, close: async () => {} } as unknown as Engine;
  const options = { site, engine, environment: { PATH: process.env.PATH } };
  return { asked, options };
}

test('a wrong name of the image: its default is not asked for', async () => {
  const { asked, options } = await audits('acme/erp:15');
  await expect(auditImage(options)).rejects.toMatchObject({ code: 'image-unnamed', exitCode: 3 });
  await expect(auditImages(options)).rejects.toMatchObject({ code: 'image-unnamed' });
  const other = auditImage({ ...options, image: 'other:1' });
  await expect(other).rejects.toMatchObject({ code: 'image-to-audit-missing' });
  expect(asked).toEqual(['other:1']);
});

test('a registry may be an IPv6 address', async () => {
  const { asked, options } = await audits('[fc00::1]:5000/erp');
  await expect(auditImage(options)).rejects.toMatchObject({ code: 'image-to-audit-missing' });
  expect(asked).toEqual(['[fc00::1]:5000/erp:1.0.0']);
});
