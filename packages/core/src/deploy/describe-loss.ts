import type { WrittenRows } from '../frappe/bench/bench-answers.ts';

/** A database that goes back to what it was, and what was written into it since. */
export interface DatabaseLoss {
  readonly site: string;
  /** When it was dumped, as the site tells the time. */
  readonly at: string;
  readonly lost: readonly WrittenRows[];
}

const SHOWN = 5;

/** A sentence for each site that loses rows. */
export function describeLoss(
  databases: readonly DatabaseLoss[],
  tense: 'are' | 'would be' = 'would be',
): string {
  return databases
    .filter(({ lost }) => lost.length > 0)
    .map(({ site, at, lost }) => {
      const shown = lost
        .slice(0, SHOWN)
        .map(({ table, created, modified }) => `${table}: ${created} created, ${modified} modified`);
      const more = lost.length > SHOWN ? `, and ${lost.length - SHOWN} more tables` : '';
      return `Since ${at}, rows of ${site} were written that ${tense} lost: ${shown.join('; ')}${more}. Deleted rows can't be counted.`;
    })
    .join(' ');
}
