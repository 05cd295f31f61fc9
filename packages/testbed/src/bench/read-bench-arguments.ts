import { PART_NAMES, type PartName } from './figure.ts';

export interface BenchArguments {
  readonly isQuick: boolean;
  readonly isJson: boolean;
  readonly parts: readonly PartName[];
}

/** What a bench is asked for, or what is wrong with how it was asked. */
export function readBenchArguments(args: readonly string[]): BenchArguments | string {
  const parts: PartName[] = [];
  const flags = new Set<string>();
  const rest = args.flatMap((arg) => arg.split('='));
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--quick' || arg === '--json') flags.add(arg);
    else if (arg !== '--only') return `bench knows --quick, --json and --only PART, not ${arg}`;
    else {
      const name = rest.shift();
      const part = PART_NAMES.find((known) => known === name);
      if (part === undefined) return `--only takes one of ${PART_NAMES.join(', ')}, not ${name ?? 'nothing'}`;
      parts.push(part);
    }
  }
  return {
    isQuick: flags.has('--quick'),
    isJson: flags.has('--json'),
    parts: parts.length > 0 ? parts : PART_NAMES,
  };
}
