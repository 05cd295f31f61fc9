import type { Finding } from '../errors/finding.ts';
import type { Containerfile } from './containerfile.ts';
import { nearestName } from './nearest-name.ts';

/** What the builder takes without an ARG: proxies, and BuildKit's own settings. */
const PREDEFINED = /^(?:(?:HTTP|HTTPS|FTP|NO|ALL)_PROXY|BUILDKIT_\w+|SOURCE_DATE_EPOCH)$/i;

/**
 * Every build arg that is given must be declared as ARG, or it silently does nothing. That is an error for what
 * was asked for by name, and a warning for what merely stands in `.env` (source `env`), where Compose may use it.
 */
export function checkBuildArgs(
  containerfile: Containerfile,
  given: readonly { readonly name: string; readonly source?: string }[],
): readonly Finding[] {
  const declared = [...containerfile.args.keys()];
  return given
    .filter(({ name }) => !containerfile.args.has(name) && !PREDEFINED.test(name))
    .map(({ name, source }) => {
      const nearest = nearestName(name, declared);
      const add = `declare \`ARG ${name}\` in the stage that uses it`;
      return {
        id: 'build-arg-undeclared',
        severity: source === 'env' ? 'warning' : 'error',
        what: `The build arg ${name} is not declared in ${containerfile.path}.`,
        why: 'A build arg without an ARG of its name changes nothing.',
        fix: `${nearest === undefined ? 'Leave it out' : `Write ${nearest} if that is meant`}, or ${add}.`,
        file: containerfile.path,
        subject: name,
      };
    });
}
