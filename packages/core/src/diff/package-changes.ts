import type { Package } from '../audit/packages.ts';
import { changesBetween, type PackageChange } from './release-diff.ts';

const ECOSYSTEMS = ['python', 'node', 'debian'] as const;

/** Packages that were added, removed or have another version. Several versions of one package are all named. */
export function packageChanges(from: readonly Package[], to: readonly Package[]): readonly PackageChange[] {
  return ECOSYSTEMS.flatMap((ecosystem) =>
    changesBetween(versionsOf(from, ecosystem), versionsOf(to, ecosystem))
      .map((change) => ({ ecosystem, ...change }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  );
}

function versionsOf(
  packages: readonly Package[],
  ecosystem: Package['ecosystem'],
): ReadonlyMap<string, string> {
  const versions = new Map<string, Set<string>>();
  for (const { name, version } of packages.filter((each) => each.ecosystem === ecosystem)) {
    const key = ecosystem === 'python' ? pythonName(name) : name;
    versions.set(key, (versions.get(key) ?? new Set()).add(version));
  }
  return new Map([...versions].map(([name, all]) => [name, [...all].sort().join(', ')]));
}

/** A build backend may write `typing_extensions` where another writes `typing-extensions` (PEP 503). */
function pythonName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}
