import type { Tools } from '../flow/tools.ts';
import type { Bench } from '../frappe/bench/bench.ts';
import { verifySaved } from '../frappe/bench/verify-saved.ts';
import type { DatabaseDump } from './deployment.ts';

/**
 * Puts the database of a site back as it was dumped: the tables that the migration says it wrote to, or all of them where it was
 * ended; tables that are new since are removed.
 * @throws DeBuildError `backup-damaged`, `bench-tool-failed`
 */
export async function restoreDatabase(
  bench: Bench,
  {
    name,
    dump,
  }: { readonly name: string; readonly dump?: Pick<DatabaseDump, 'path' | 'sha256'> | undefined },
  tools: Pick<Tools, 'emit'>,
  part: 'touched' | 'all',
): Promise<void> {
  if (dump === undefined) return;
  await verifySaved(dump);
  const only = part === 'all' ? undefined : await bench.touchedTables(name);
  const { tables, dropped } = await bench.restore(name, dump.path, only);
  const gone = dropped.length === 0 ? '' : `; ${dropped.length} new ones were removed`;
  tools.emit({ type: 'notice', level: 'info', text: `${name}: ${tables} tables were restored${gone}.` });
}
