import { ENVIRONMENT } from '../errors/environment.ts';
import type { Environment } from '../process/environment.ts';
import type { EnvEntry, EnvFile } from './env-file.ts';
import { hasSensitiveName, isSensitiveValue } from './sensitive-key.ts';

/** What the environment sets of `keys`, as for a CI, which has no env file; `undefined` when it sets none. */
export function envFromEnvironment(keys: Iterable<string>, environment: Environment): EnvFile | undefined {
  const entries = new Map<string, EnvEntry>();
  for (const key of keys) {
    const value = environment[key];
    if (value !== undefined)
      entries.set(key, { key, value, sensitive: hasSensitiveName(key) || isSensitiveValue(value) });
  }
  return entries.size === 0 ? undefined : { path: ENVIRONMENT, text: '', entries };
}
