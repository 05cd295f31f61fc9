import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { learnConfig } from '../deploy/back-up-site.ts';
import { backupDamaged } from '../errors/backup-failures.ts';
import { systemAnswer } from '../errors/system-answer.ts';
import type { Tools } from '../flow/tools.ts';
import type { BackupManifest } from '../manifests/backup-manifest.ts';

/** The texts of site_config.json in a backup, by site; their secrets are redacted from now on. @throws DeBuildError `backup-damaged` */
export async function readConfigs(
  folder: string,
  { sites }: BackupManifest,
  redactor: Tools['redactor'],
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const { name, config } of sites) {
    const path = join(folder, config.file);
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      throw backupDamaged(path, `It cannot be read (${systemAnswer(error)}).`);
    });
    learnConfig(text, redactor);
    texts.set(name, text);
  }
  return texts;
}
