import type { DatabaseLoss } from '@de-build/core';
import { note, type Part, right, section, strong, table } from './model.ts';

/** Each database that goes back, with the rows that were written since. */
export function lossParts(databases: readonly DatabaseLoss[], dryRun: boolean): readonly Part[] {
  return databases.flatMap(({ site, at, lost }) =>
    section(strong(site), [
      note(`Its database ${dryRun ? 'would go' : 'went'} back to ${at}.`),
      ...(lost.length === 0 ? [note('No row was written since.')] : []),
      table(
        ['table', right('created'), right('modified')],
        lost.map(({ table: name, created, modified }) => [name, String(created), String(modified)]),
        { noun: 'table' },
      ),
    ]),
  );
}
