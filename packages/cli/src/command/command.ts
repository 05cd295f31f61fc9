import type { Finding, SiteOptions } from '@de-build/core';
import type { Terminal } from '../io.ts';
import type { Report } from '../report/model.ts';
import {
  GENERAL_OPTIONS,
  LOCK_OPTIONS,
  type OptionTable,
  TERMINAL_OPTIONS,
  type ValuesOf,
} from './options.ts';

interface Description {
  /** `show [release]` */
  readonly usage: string;
  /** A line of the list of commands: no full stop, at most 49 characters. */
  readonly describe: string;
  /** Shown after it in the command's own help; whole sentences. */
  readonly about?: string;
  readonly examples: readonly (readonly [command: string, does: string])[];
  /** A program gets the terminal: it handles Ctrl-C, and there is no document. */
  readonly passesTerminal?: true;
  /** Every stage is shown while it runs, on standard output where the report is text. Otherwise only long work is. */
  readonly story?: 'always' | 'as-text';
}

/** What the parser and the help need of a command. */
export interface DescribedCommand extends Description {
  readonly name: string;
  /** In the order of the usage. */
  readonly arguments: OptionTable;
  readonly options: OptionTable;
  readonly generalOptions: OptionTable;
}

export interface Command extends DescribedCommand {
  /** Without this it always needs one. */
  needsSite?(values: unknown): boolean;
  /** @param values those of its options, by their names in camel case */
  run(values: unknown, context: Context): Promise<Finished>;
}

/** A command that only prints a text, and needs no site. */
export interface PrintingCommand extends DescribedCommand {
  print(values: unknown): string;
}

/** What a command runs with. */
export interface Context {
  /** Loaded only now, so that help and completion stay quick. */
  readonly core: typeof import('@de-build/core');
  /** What every flow of core takes. `site` is absolute; empty outside a site, for a command that needs none. */
  readonly flow: Required<
    Pick<
      SiteOptions,
      'site' | 'environment' | 'redactor' | 'signal' | 'lockWaitSeconds' | 'onEvent' | 'caughtUp'
    >
  > &
    Pick<SiteOptions, 'host'>;
  /** The base of relative paths on the command line. */
  readonly folder: string;
  /** Whether only the report is shown. */
  readonly isQuiet: boolean;
  /** Whether notes are shown too. */
  readonly isVerbose: boolean;
  /** Whether input and output are a terminal. */
  readonly isInteractive: boolean;
  /** Standard output where the result is text for people; one that cannot redraw otherwise. */
  readonly terminal: Terminal;
}

/** The result of a command. */
export interface Finished {
  /** Names the result among events: `released`. */
  readonly type: string;
  /** What `--json` prints. */
  readonly document: unknown;
  /** A text is output of a format with its own writer. */
  readonly report: Report | string;
  /** What could not be read; goes to standard error. */
  readonly problems?: readonly Finding[];
  /** Default: 0. */
  readonly exitCode?: number;
}

interface Definition<Arguments extends OptionTable, Options extends OptionTable> extends Description {
  /** In the order of the usage. */
  readonly arguments?: Arguments;
  readonly options?: Options;
  /** It gets `--lock-wait`. */
  readonly changesSite?: true;
  needsSite?(values: ValuesOf<Options>): boolean;
  run(values: ValuesOf<Arguments> & ValuesOf<Options>, context: Context): Promise<Finished>;
}

/** A command is its description, its options, one call into core and a report. */
export function defineCommand<
  const Arguments extends OptionTable = Record<never, never>,
  const Options extends OptionTable = Record<never, never>,
>(definition: Definition<Arguments, Options>): Command {
  const { arguments: args = {}, options = {}, changesSite, needsSite, run, ...description } = definition;
  return {
    ...description,
    name: description.usage.replace(/ .*/, ''),
    arguments: args,
    options: { ...options, ...(changesSite === true ? LOCK_OPTIONS : {}) },
    generalOptions: description.passesTerminal === true ? TERMINAL_OPTIONS : GENERAL_OPTIONS,
    ...(needsSite === undefined ? {} : { needsSite: (values) => needsSite(values as ValuesOf<Options>) }),
    run: (values, context) => run(values as ValuesOf<Arguments> & ValuesOf<Options>, context),
  };
}
