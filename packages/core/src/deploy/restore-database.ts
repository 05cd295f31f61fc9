import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { backupDamaged } from '../errors/backup-failures.ts';
import { systemAnswer } from '../errors/system-answer.ts';
import type { Tools } from '../flow/tools.ts';
import type { Bench } from '../frappe/bench/bench.ts';
import type { DeployedSite } from './deployment.ts';

/**
 * Puts the database of a site back as it was dumped: the tables that the migration says it wrote to, or all of them where it was
 * ended; tables that are new since are removed.
 * @throws DeBuildError `backup-damaged`, `bench-tool-failed`
 */
export async function restoreDatabase(
  bench: Bench,
  { name, dump }: Pick<DeployedSite, 'name' | 'dump'>,
  tools: Pick<Tools, 'emit'>,
  part: 'touched' | 'all',
): Promise<void> {
  if (dump === undefined) return;
  await verifyDump(dump);
  const only = part === 'all' ? undefined : await bench.touchedTables(name);
  const { tables, dropped } = await bench.restore(name, dump.path, only);
  const gone = dropped.length === 0 ? '' : `; ${dropped.length} new ones were removed`;
  tools.emit({ type: 'notice', level: 'info', text: `${name}: ${tables} tables were restored${gone}.` });
}

/** @throws DeBuildError `backup-damaged` */
export async function verifyDump({ path, sha256 }: NonNullable<DeployedSite['dump']>): Promise<void> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    throw backupDamaged(path, `It cannot be read (${systemAnswer(error)}).`);
  }
  if (hash.digest('hex') !== sha256) throw backupDamaged(path, 'Its content is not what was saved.');
}
