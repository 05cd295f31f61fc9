import semver from 'semver';

/** A site version, read by its scheme. */
export interface Version {
  readonly text: string;
  /** Its numeric parts, a revision among them. */
  readonly numbers: readonly number[];
  /** `['rc', 1]` of 1.2.3-rc.1; such a version is lower than the same one without it. */
  readonly prerelease: readonly (string | number)[];
}

/** By number, part by part; what has one part more is higher, and a pre-release is lower. */
export function compareVersions(one: Version, other: Version): number {
  const byNumbers = compareLists(one.numbers, other.numbers);
  if (byNumbers !== 0) return byNumbers;
  const isRelease = (version: Version) => Number(version.prerelease.length === 0);
  return isRelease(one) - isRelease(other) || compareLists(one.prerelease, other.prerelease);
}

function compareLists(one: Version['prerelease'], other: Version['prerelease']): number {
  for (const [index, part] of one.entries()) {
    const opposite = other[index];
    const order = opposite === undefined ? 1 : semver.compareIdentifiers(String(part), String(opposite));
    if (order !== 0) return order;
  }
  return Math.sign(one.length - other.length);
}

/** The first `count` numbers, with zeros for what is missing. */
export function numbersOf({ numbers }: Version, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => numbers[index] ?? 0);
}

/** The numbers with one raised, and those after it zero. */
export function raise(numbers: readonly number[], at: number): readonly number[] {
  return numbers.map((number, index) => (index < at ? number : index === at ? number + 1 : 0));
}
