/** A migration of one site, read from what `bench migrate` prints. */
export interface MigrationOutput {
  /** Patches that ran, in order. */
  readonly done: readonly string[];
  /** The one that was running when it ended, or runs now. */
  readonly running: string | undefined;
  /** Where Python says that it failed: the innermost line that belongs to an app. */
  readonly place: { readonly file: string; readonly line: number } | undefined;
}

export interface MigrationReader {
  read(line: string): void;
  result(): MigrationOutput;
}

/** Frappe prints `Executing LINE in SITE (DATABASE)` before a patch, and `Success: Done in 0.123s` after it. */
export function readMigration(site: string): MigrationReader {
  const done: string[] = [];
  let running: string | undefined;
  let place: MigrationOutput['place'];
  return {
    read(line) {
      const started = /^Executing (.+) in (\S+) \(.*\)\s*$/.exec(line);
      if (started?.[2] === site) running = started[1];
      else if (/^Success: Done in /.test(line.trim()) && running !== undefined) {
        done.push(running);
        running = undefined;
      }
      const traced = /^\s*File ["'](.*\bapps\/[^"']+)["'], line (\d+)/.exec(line);
      // Frappe itself calls the patch; what it calls in turn is the app's.
      if (traced?.[1] !== undefined)
        place = { file: traced[1].replace(/^.*?\bapps\//, 'apps/'), line: Number(traced[2]) };
    },
    result: () => ({ done, running, place }),
  };
}
