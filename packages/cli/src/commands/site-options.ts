import { resolve } from 'node:path';
import type { Argv } from 'yargs';
import type { GuardedIo } from '../guarded-io.ts';

export interface SiteArguments {
  site: string;
  host: string | undefined;
  verbose: boolean;
}

const GROUP = 'General options:';

/** The options of every command that works on a site. */
export function siteOptions<Options>(yargs: Argv<Options>): Argv<Options & SiteArguments> {
  return yargs
    .group([], 'Options:')
    .option('site', {
      group: GROUP,
      type: 'string',
      default: '.',
      requiresArg: true,
      describe: "The site's folder; the current one by default",
    })
    .option('host', {
      group: GROUP,
      type: 'string',
      requiresArg: true,
      describe:
        'Docker Engine to use, such as ssh://me@build-host; by default the one that the docker command uses',
    })
    .option('verbose', {
      group: GROUP,
      type: 'boolean',
      default: false,
      describe: 'Show where an error came from',
    });
}

/** The same, as core takes it. */
export function siteOf(options: SiteArguments, io: GuardedIo) {
  return {
    site: resolve(io.folder, options.site),
    redactor: io.redactor,
    environment: io.environment,
    ...(options.host === undefined ? {} : { host: options.host }),
  };
}
