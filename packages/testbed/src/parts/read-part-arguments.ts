export interface PartArguments<Name extends string> {
  readonly isQuick: boolean;
  readonly isJson: boolean;
  readonly parts: readonly Name[];
}

/** The arguments of a command with parts, or what is wrong with them. */
export function readPartArguments<Name extends string>(
  command: string,
  names: readonly Name[],
  args: readonly string[],
): PartArguments<Name> | string {
  const parts: Name[] = [];
  const flags = new Set<string>();
  const rest = args.flatMap((arg) => arg.split('='));
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--quick' || arg === '--json') flags.add(arg);
    else if (arg !== '--only') return `${command} knows --quick, --json and --only PART, not ${arg}`;
    else {
      const name = rest.shift();
      const part = names.find((known) => known === name);
      if (part === undefined) return `--only takes one of ${names.join(', ')}, not ${name ?? 'nothing'}`;
      parts.push(part);
    }
  }
  return {
    isQuick: flags.has('--quick'),
    isJson: flags.has('--json'),
    parts: parts.length > 0 ? parts : names,
  };
}
