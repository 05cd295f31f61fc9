export interface TextPlace {
  /** 1-based. */
  readonly line: number;
  /** 1-based; counts UTF-16 units, without a byte order mark. */
  readonly column: number;
}

export function placeOf(text: string, offset: number): TextPlace {
  return placesIn(text)(offset);
}

/** The same for many offsets of one text, whose lines are counted once. */
export function placesIn(text: string): (offset: number) => TextPlace {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    for (let high = starts.length; high - low > 1; ) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    const bom = low === 0 && offset > 0 && text.startsWith('\uFEFF') ? 1 : 0;
    return { line: low + 1, column: offset - (starts[low] ?? 0) - bom + 1 };
  };
}
