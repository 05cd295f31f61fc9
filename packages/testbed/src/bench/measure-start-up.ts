import type { BenchContext } from './bench-context.ts';
import { comparePaired } from './compare-paired.ts';
import { type Figure, figureOf } from './figure.ts';
import { runProgram } from './program.ts';

/** What de-build costs before it does anything, compared with an empty script. */
export async function measureStartUp(context: BenchContext): Promise<readonly Figure[]> {
  const { deBuild, isQuick, signal } = context;
  const empty = { command: process.execPath, args: ['-e', '0'] };
  const figures: Figure[] = [];
  for (const flag of ['--version', '--help']) {
    const comparison = await comparePaired({
      ours: async () => (await runProgram(deBuild([flag]), signal)).ms,
      peer: async () => (await runProgram(empty, signal)).ms,
      pairs: isQuick ? 5 : 40,
      warmUps: 3,
    });
    figures.push(
      figureOf(
        {
          part: 'start-up',
          name: `de-build ${flag} : node -e 0`,
          unit: 'ms',
          aim: { atMost: 1.5 },
        },
        comparison,
      ),
    );
  }
  return figures;
}
