import type { Argv } from 'yargs';

/** What the command that was called can be given. */
export interface KnownOptions {
  /** Every name and alias, without dashes. */
  readonly names: readonly string[];
  /** Those that may be repeated. */
  readonly repeatable: readonly string[];
  /** Those that take a value of any kind. */
  readonly open: readonly string[];
}

/** Of a command whose options were declared. yargs has always had `getOptions`; its types leave it out. */
export function optionsOf<Options>(yargs: Argv<Options>): KnownOptions {
  const options = (yargs as unknown as { getOptions(): YargsOptions }).getOptions();
  const keys = Object.keys(options.key);
  const withAliases = (names: readonly string[]) => [
    ...new Set(names.flatMap((name) => [name, ...(options.alias[name] ?? [])])),
  ];
  return {
    names: withAliases(keys),
    repeatable: withAliases(options.array),
    open: keys.filter((name) => !options.boolean.includes(name) && options.choices[name] === undefined),
  };
}

/** Whether yargs means one of the names by a key: it gives every option in camel case, too. */
export function isAmong(key: string, names: readonly string[]): boolean {
  return names.some((name) => name === key || camelCase(name) === key);
}

/** Keeps `[string]` and `[boolean]` out of the help. The types of yargs leave `usageConfiguration` out. */
export function hideTypes(yargs: Argv): Argv {
  const whole = yargs as unknown as { usageConfiguration(settings: Record<string, boolean>): Argv };
  return whole.usageConfiguration({ 'hide-types': true });
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

interface YargsOptions {
  readonly key: Readonly<Record<string, unknown>>;
  readonly alias: Readonly<Record<string, readonly string[] | undefined>>;
  readonly array: readonly string[];
  readonly boolean: readonly string[];
  readonly choices: Readonly<Record<string, unknown>>;
}
