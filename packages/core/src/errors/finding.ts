/** An `error` stops the release, a `warning` is recorded, a `note` only informs. */
export type Severity = 'error' | 'warning' | 'note';

/**
 * One result of a check. Findings are collected and reported together; nothing is thrown before all checks are done.
 * No text of a finding may contain a value of `.env`.
 */
export interface Finding {
  /** Stable kebab-case id, unique to the kind of finding, e.g. `env-key-missing`. */
  readonly id: string;
  readonly severity: Severity;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  /** Relative to the site's folder, with forward slashes. */
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based. */
  readonly column?: number;
  /** What it is about: an `.env` key, an app's name, a build arg. */
  readonly subject?: string;
  /** Why the site accepts what would be a warning, from `accept` in de-build.json. It is a note then. */
  readonly accepted?: string;
}

type Said = Omit<Finding, 'id' | 'severity'>;

export function error(id: string, said: Said): Finding {
  return { id, severity: 'error', ...said };
}

export function warning(id: string, said: Said): Finding {
  return { id, severity: 'warning', ...said };
}

export function note(id: string, said: Said): Finding {
  return { id, severity: 'note', ...said };
}

/** Where something is written. */
export interface Place {
  /** Relative to the site's folder, with forward slashes; or the option it was given by, as `--build-arg`. */
  readonly file: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based; counted in UTF-16 units. */
  readonly column?: number;
}

/** A key of an env file, and where it is. */
export interface KeyPlace extends Place {
  readonly subject: string;
}

/** `apps.json line 3` */
export function shown({ file, line }: Place): string {
  return line === undefined ? file : `${file} line ${line}`;
}
