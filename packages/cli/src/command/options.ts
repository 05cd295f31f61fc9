/** An option of a command, or an argument, as data: the parser, the help and the completion read it. */
export interface Option<Value> {
  readonly type: 'boolean' | 'string' | 'number';
  readonly describe: string;
  readonly alias?: string;
  readonly choices?: readonly string[];
  /** May be repeated. */
  readonly isList?: true;
  /** The value is optional. */
  readonly isValueOptional?: true;
  readonly conflicts?: string | readonly string[];
  /** Exists for its type only: what a command gets. */
  readonly value?: Value;
}

export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** The values of a table's options, by their names in camel case. */
export type ValuesOf<Table extends OptionTable> = {
  readonly [Name in keyof Table as Camel<Name & string>]: Table[Name] extends Option<infer Value>
    ? Value
    : never;
};

type Camel<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<Camel<Rest>>}`
  : Name;

type Extra = Pick<Option<unknown>, 'alias' | 'conflicts' | 'isValueOptional'>;

export const flag = (describe: string, extra: Extra = {}): Option<boolean> => ({
  type: 'boolean',
  describe,
  ...extra,
});

export const text = (describe: string, extra: Extra = {}): Option<string | undefined> => ({
  type: 'string',
  describe,
  ...extra,
});

export const texts = (describe: string): Option<readonly string[]> => ({
  type: 'string',
  describe,
  isList: true,
});

export const number = (describe: string): Option<number | undefined> => ({ type: 'number', describe });

export const choice = <const Choice extends string>(
  choices: readonly Choice[],
  describe: string,
): Option<Choice | undefined> => ({ type: 'string', choices, describe });

/** An argument that must be given; the usage writes it `<name>`. */
export const required = <Value>(option: Option<Value>) => option as Option<Exclude<Value, undefined>>;

export const DRY_RUN = { alias: 'n' } as const;

/** The options of every command that works on a site. */
export const GENERAL_OPTIONS = {
  site: text("The site's folder; default: the nearest one from here up", { alias: 'C' }),
  host: text('Docker Engine, such as ssh://me@build-host; default: that of the docker command'),
  json: flag('Print the result, or the error, as one JSON document'),
  progress: choice(
    ['auto', 'plain', 'json'],
    'auto, plain or json: a live view, lines, or one event per line',
  ),
  quiet: flag('Show only the result, or the error', { alias: 'q' }),
  color: choice(['auto', 'always', 'never'], 'Colours: auto, always or never'),
  verbose: flag('Show notes too, and where an error came from'),
};

/** Of commands that give the terminal to another program. */
export const TERMINAL_OPTIONS = {
  site: GENERAL_OPTIONS.site,
  host: GENERAL_OPTIONS.host,
  verbose: GENERAL_OPTIONS.verbose,
};

/** Of every command that changes a site. */
export const LOCK_OPTIONS = {
  'lock-wait': text(
    'Wait while another run changes the site, instead of failing; --lock-wait=10m limits the wait',
    { isValueOptional: true },
  ),
};

export type GeneralValues = ValuesOf<typeof GENERAL_OPTIONS>;
