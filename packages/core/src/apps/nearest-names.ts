/** At most three of `names` that someone who wrote `wanted` may have meant, nearest first. */
export function nearestNames(wanted: string, names: Iterable<string>): string[] {
  const plain = simplify(wanted);
  const limit = plain.length < 4 ? 1 : Math.max(2, Math.floor(plain.length / 3));
  return [...names]
    .map((name) => {
      const other = simplify(name);
      const isPart = plain.length > 1 && (other.includes(plain) || plain.includes(other));
      return {
        name,
        distance:
          isPart && other !== '' ? Math.min(1, editDistance(plain, other)) : editDistance(plain, other),
      };
    })
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || compareNewestFirst(a.name, b.name))
    .slice(0, 3)
    .map(({ name }) => name);
}

/** Case and separators are what people get wrong: `version15`, `Version-15`, `V15.2.0`. */
function simplify(name: string): string {
  return name
    .toLowerCase()
    .replace(/[-_/ ]/g, '')
    .replace(/^v(?=\d)/, '');
}

function compareNewestFirst(a: string, b: string): number {
  return b.localeCompare(a, 'en', { numeric: true });
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
