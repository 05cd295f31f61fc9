import { badBuildArg } from '../../errors/usage-failures.ts';

/**
 * Reads `NAME=VALUE` pairs as `--build-arg` gives them; the last of a name counts.
 * @throws DeBuildError `build-arg-malformed`
 */
export function parseBuildArgs(pairs: readonly string[]): Readonly<Record<string, string>> {
  const parsed = pairs.map((pair) => {
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(pair) ?? [];
    if (name === undefined || value === undefined) throw badBuildArg();
    return [name, value] as const;
  });
  return Object.fromEntries(parsed);
}
