import type { DescribedCommand } from '../command/command.ts';
import type { OptionTable } from '../command/options.ts';
import { COMMANDS } from '../commands/all.ts';

export const COMMAND_NAMES: readonly string[] = [...COMMANDS.map(({ name }) => name), 'help'];

/** What may follow a command, except its arguments. */
export function optionsOf({ options, generalOptions }: DescribedCommand): OptionTable {
  return { ...options, ...generalOptions };
}

/** Every name under which yargs may return a value of the command, without dashes. */
export function optionNames(command: DescribedCommand): readonly string[] {
  const own = Object.entries({ ...command.arguments, ...optionsOf(command) });
  return [
    ...own.flatMap(([name, { alias }]) => (alias === undefined ? [name] : [name, alias])),
    ...['help', 'h', 'version', 'V'],
  ];
}

/** yargs also returns every option in camel case. */
export function isNameOf(key: string, names: readonly string[]): boolean {
  return names.some((name) => name === key || camelCase(name) === key);
}

export function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
