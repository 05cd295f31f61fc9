import { resolve } from 'node:path';
import type { Argv } from 'yargs';
import type { Io } from '../io.ts';

export interface SiteArguments {
  site: string;
  host: string | undefined;
  verbose: boolean;
}

/** The options of every command that works on a site. */
export function siteOptions<Options>(yargs: Argv<Options>): Argv<Options & SiteArguments> {
  return yargs
    .option('site', {
      type: 'string',
      default: '.',
      requiresArg: true,
      describe: "The site's folder: .env, apps.json, Containerfile",
    })
    .option('host', {
      type: 'string',
      requiresArg: true,
      describe: 'Docker Engine to use, e.g. unix:///var/run/docker.sock [default: as the docker command]',
    })
    .option('verbose', {
      type: 'boolean',
      default: false,
      describe: 'Show where an error came from',
    });
}

/** The same, as core takes it. */
export function siteOf(options: SiteArguments, io: Io) {
  return {
    site: resolve(io.folder, options.site),
    environment: io.environment,
    ...(options.host === undefined ? {} : { host: options.host }),
  };
}
