import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchContext } from './bench-context.ts';
import { createManifests } from './bench-manifests.ts';
import { comparePaired } from './compare-paired.ts';
import { type Figure, figureOf } from './figure.ts';
import { runProgram } from './program.ts';
import { fitExponent, median } from './statistics.ts';

/** `list` with a growing number of records, compared with only reading and parsing the same files. */
export async function measureList(context: BenchContext): Promise<readonly Figure[]> {
  const { deBuild, isQuick, signal, tell } = context;
  const figures: Figure[] = [];
  const points: { x: number; y: number }[] = [];
  const startUp = await timeEmptyList(context);
  for (const count of isQuick ? [100, 500, 1000] : [1000, 5000, 10_000]) {
    tell(`list over ${count.toLocaleString('en')} records`);
    const site = join(context.folder, `list-${count}`);
    const records = join(site, 'build-manifests');
    await createManifests(records, count);
    const list = deBuild(['list', '--site', site]);
    const read = { command: process.execPath, args: ['-e', READ_AND_PARSE, records] };
    const comparison = await comparePaired({
      ours: async () => {
        const run = await runProgram(list, signal);
        assertListed(run.stdout.match(/^\s*\d+\.\d+\.\d+\b/gm)?.length ?? 0, count);
        return run.ms;
      },
      peer: async () => (await runProgram(read, signal)).ms,
      pairs: isQuick ? 3 : 9,
      warmUps: 1,
    });
    points.push({ x: count, y: comparison.ours - startUp });
    figures.push(
      figureOf(
        {
          part: 'list',
          name: `list of ${count.toLocaleString('en')} : reading and parsing the files`,
          unit: 'ms',
        },
        comparison,
      ),
    );
  }
  const each = points.map(({ x, y }) => y / x);
  const growth: Figure = {
    part: 'list',
    name: '  for each record; exponent of the growth',
    unit: 'ms',
    ours: median(each),
    peer: undefined,
    ratio: fitExponent(points),
    aim: { atMost: 1.1, because: 'linear' },
  };
  return [...figures, growth];
}

const READ_AND_PARSE = `
  const { readdirSync, readFileSync } = require('node:fs');
  const folder = process.argv[1];
  const read = readdirSync(folder).map((name) => JSON.parse(readFileSync(folder + '/' + name, 'utf8')));
  process.stdout.write(read.map(({ siteVersion }) => siteVersion + '\\n').join(''));
`;

/** The time of `list` without records; the rest is the time for the records. */
async function timeEmptyList({ deBuild, folder, signal }: BenchContext): Promise<number> {
  const site = join(folder, 'list-0');
  await mkdir(join(site, 'build-manifests'), { recursive: true });
  const times: number[] = [];
  for (let run = 0; run < 7; run += 1) {
    times.push((await runProgram(deBuild(['list', '--site', site]), signal)).ms);
  }
  return median(times);
}

function assertListed(listed: number, expected: number): void {
  if (listed !== expected) throw new Error(`list showed ${listed} of ${expected} records`);
}
