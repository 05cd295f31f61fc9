import { editDistance } from '../site/edit-distance.ts';

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

/** People often mistype case and separators: `version15`, `Version-15`, `V15.2.0`. */
function simplify(name: string): string {
  return name
    .toLowerCase()
    .replace(/[-_/ ]/g, '')
    .replace(/^v(?=\d)/, '');
}

function compareNewestFirst(a: string, b: string): number {
  return b.localeCompare(a, 'en', { numeric: true });
}
