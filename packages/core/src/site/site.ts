import type { Finding } from '../errors/finding.ts';
import type { AppEntry } from './apps-json.ts';
import type { ComposeFile } from './compose-files.ts';
import type { Containerfile } from './containerfile.ts';
import type { EnvFile } from './env-file.ts';
import type { SiteConfig } from './site-config.ts';

/**
 * The folder that is released, read once. A part that could not be read is `undefined`,
 * and `findings` says why.
 */
export interface Site {
  /** Absolute path. */
  readonly folder: string;
  readonly config: SiteConfig;
  /** Settings with a wrong value, which have their defaults in `config`: nothing may be said of what they name. */
  readonly unknownSettings: ReadonlySet<keyof SiteConfig>;
  /** `.env`, checked against `de-example.env`. */
  readonly env: EnvFile | undefined;
  readonly apps: readonly AppEntry[];
  readonly containerfile: Containerfile | undefined;
  /** Those that `docker compose up` in the site's folder would use. */
  readonly composeFiles: readonly ComposeFile[];
  /** Contents of the files that `secrets` names, by the id of the secret. Never print them. */
  readonly secretFiles: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
}

/** The site version, when `.env` gives one. */
export function readVersion({ env, config }: Pick<Site, 'env' | 'config'>): string | undefined {
  const value = env?.entries.get(config.versionKey)?.value;
  return value === '' ? undefined : value;
}
