import { buildArgUndeclared } from '../errors/containerfile-findings.ts';
import type { Finding } from '../errors/finding.ts';
import type { Containerfile } from './containerfile.ts';
import { nearestName } from './nearest-name.ts';

/** What the builder accepts without an ARG: proxies, and BuildKit's own settings. */
const PREDEFINED = /^(?:(?:HTTP|HTTPS|FTP|NO|ALL)_PROXY|BUILDKIT_\w+|SOURCE_DATE_EPOCH)$/i;

/**
 * Every build arg that is given must be declared as ARG, or it silently does nothing. That is an error for what
 * was asked for by name, and a warning for what is in `.env` (source `env`), where Compose may use it.
 */
export function checkBuildArgs(
  { path, args }: Containerfile,
  given: readonly { readonly name: string; readonly source?: string }[],
): readonly Finding[] {
  const declared = [...args.keys()];
  return given
    .filter(({ name }) => !args.has(name) && !PREDEFINED.test(name))
    .map(({ name, source }) =>
      buildArgUndeclared(name, path, { isError: source !== 'env', nearest: nearestName(name, declared) }),
    );
}
