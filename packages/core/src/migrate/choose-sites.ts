import { benchSiteUnknown } from '../errors/migration-failures.ts';

/** The sites of a bench, or the one that was asked for. @throws DeBuildError `bench-site-unknown` */
export function chooseSites<T extends { readonly name: string }>(
  sites: readonly T[],
  only: string | undefined,
): readonly T[] {
  const chosen = only === undefined ? sites : sites.filter(({ name }) => name === only);
  if (only !== undefined && chosen.length === 0)
    throw benchSiteUnknown(
      only,
      sites.map(({ name }) => name),
    );
  return chosen;
}
