/** One line of the torture's result: what was tried, and the outcome. */
export interface Figure {
  /** The part of `npm run torture` that it is of. */
  readonly part: string;
  /** `leaks found`, `false successes` */
  readonly name: string;
  /** `214 of 214`, `0 of 100`, `1.4` */
  readonly value: string;
  /** `all`, `0`, `≤ 2.0`; undefined where there is none. */
  readonly aim?: string;
  /** Whether the aim is met; undefined where there is none. */
  readonly isMet?: boolean;
}

/** A figure whose aim is that none of so many tries went wrong. */
export function noneOf(
  tries: number,
  { part, name, wrong }: { readonly part: string; readonly name: string; readonly wrong: number },
): Figure {
  return { part, name, value: `${wrong} of ${tries}`, aim: '0', isMet: wrong === 0 && tries > 0 };
}

/** A figure whose aim is that all of them did. */
export function allOf(
  tries: number,
  { part, name, right }: { readonly part: string; readonly name: string; readonly right: number },
): Figure {
  return { part, name, value: `${right} of ${tries}`, aim: 'all', isMet: right === tries && tries > 0 };
}

/** An aligned table, one line for each figure. */
export function drawFigures(figures: readonly Figure[]): string {
  const rows = [['part', '', 'measured', 'aim', ''], ...figures.map(rowOf)];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function rowOf({ part, name, value, aim, isMet }: Figure): string[] {
  return [part, name, value, aim ?? '', isMet === undefined ? '' : isMet ? 'ok' : 'MISS'];
}
