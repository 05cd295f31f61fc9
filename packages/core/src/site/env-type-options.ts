import type { EnvArgument, EnvExpression } from './env-expression.ts';

/** The options of a type. Each getter marks its option as known; those that nobody asked for are unknown. */
export interface TypeOptions {
  /** What stands before the first option. */
  readonly positional: readonly EnvExpression[];
  text(name: string): string | undefined;
  number(name: string): number | undefined;
  flag(name: string): boolean;
  list(name: string): readonly string[] | undefined;
  pattern(name: string): RegExp | undefined;
  nested(name: string): EnvExpression | undefined;
  /** One that is not known, or has a value that is not. */
  unknown(): string | undefined;
}

export function createOptions(args: readonly EnvArgument[]): TypeOptions {
  const given = new Map(args.flatMap(({ key, value }) => (key === undefined ? [] : [[key, value] as const])));
  const known = new Set<string>();
  const faulty: string[] = [];
  const read = <Value>(name: string, convert: (value: EnvExpression) => Value | undefined) => {
    known.add(name);
    const value = given.get(name);
    const converted = value && convert(value);
    if (value !== undefined && converted === undefined) faulty.push(name);
    return converted;
  };
  // `$NAME` is the value of another key.
  const plain = (value: EnvExpression) =>
    value.kind === 'text' && !value.text.startsWith('$') ? value.text : undefined;
  return {
    positional: args.flatMap(({ key, value }) => (key === undefined ? [value] : [])),
    text: (name) => read(name, plain),
    number: (name) =>
      read(name, (value) => {
        const number = Number(plain(value) || Number.NaN);
        return Number.isFinite(number) ? number : undefined;
      }),
    flag: (name) =>
      read(name, (value) => ({ true: true, false: false })[plain(value) ?? ''] as boolean | undefined) ??
      false,
    list: (name) =>
      read(name, (value) => {
        const items =
          value.kind === 'list' ? value.items.map(plain) : (plain(value)?.split(/\s+/) ?? [undefined]);
        return items.every((item) => item !== undefined) ? (items as readonly string[]) : undefined;
      }),
    pattern: (name) =>
      read(name, (value) => {
        const [source, flags] = value.kind === 'pattern' ? [value.source, value.flags] : [plain(value), ''];
        try {
          return source === undefined ? undefined : new RegExp(source, flags.replace(/[gy]/g, ''));
        } catch {
          return undefined;
        }
      }),
    nested: (name) => read(name, (value) => value),
    unknown: () => faulty[0] ?? [...given.keys()].find((name) => !known.has(name)),
  };
}
