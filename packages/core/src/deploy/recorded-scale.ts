import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Scale } from '../compose/compose.ts';
import { ifMissing } from '../disk/if-missing.ts';
import { writeWhole } from '../disk/write-whole.ts';
import { scaleUnreadable } from '../errors/project-failures.ts';

const scaleSchema = z.record(z.string(), z.record(z.string(), z.int().min(1)));

/** What `de-build scale` set for a project. @throws DeBuildError `scale-unreadable` */
export async function readScale(path: string, project: string): Promise<Scale> {
  return (await readAll(path))[project] ?? {};
}

/** Adds to what is recorded. @throws DeBuildError `scale-unreadable` */
export async function recordScale(path: string, project: string, changes: Scale): Promise<void> {
  const all = await readAll(path);
  const changed = { ...all, [project]: { ...all[project], ...changes } };
  await writeWhole(path, `${JSON.stringify(changed, undefined, 2)}\n`);
}

async function readAll(path: string): Promise<Readonly<Record<string, Scale>>> {
  const text = await ifMissing(readFile(path, 'utf8'), undefined);
  if (text === undefined) return {};
  try {
    return scaleSchema.parse(JSON.parse(text));
  } catch (error) {
    throw scaleUnreadable(path, error);
  }
}
