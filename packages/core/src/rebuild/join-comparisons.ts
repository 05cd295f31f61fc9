import type { RebuildComparison, RebuildVerdict } from './rebuild-report.ts';

export interface PlatformComparison {
  readonly platform: string;
  readonly comparison: RebuildComparison;
}

/** The best first. */
const VERDICTS: readonly RebuildVerdict[] = ['identical', 'equivalent', 'unproven', 'different'];

/** The worst of the comparisons of an image's platforms, with the proofs of all. */
export function joinComparisons(compared: readonly PlatformComparison[]): RebuildComparison {
  const rank = ({ comparison }: PlatformComparison) => VERDICTS.indexOf(comparison.verdict);
  const [worst, ...others] = [...compared].sort((one, other) => rank(other) - rank(one));
  if (worst === undefined) throw new Error('No platform of the image was compared.');
  const proofs = [...new Set(compared.map(({ comparison }) => comparison.proof))];
  if (others.length === 0) return worst.comparison;
  const proof = proofs
    .map((one) => {
      const platforms = compared.filter(({ comparison }) => comparison.proof === one);
      return `${platforms.map(({ platform }) => platform).join(', ')}: ${one}`;
    })
    .join(' ');
  return { ...worst.comparison, proof };
}
