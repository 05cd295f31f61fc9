import type { BuildPlan, Manifest } from '@de-build/core';
import { commit, type Section, section, table } from './model.ts';

type Cloned = Pick<BuildPlan, 'repositories' | 'unpinnedRepositories'> | Partial<Manifest>;

/** What steps of the Containerfile clone by themselves. */
export function clonedSections({ repositories = [], unpinnedRepositories = [] }: Cloned): readonly Section[] {
  return [
    ...section('Cloned by the Containerfile', [
      table(
        ['line', 'ref', 'kind', 'commit', 'from'],
        repositories.map((one) => [String(one.line), one.ref, one.kind, commit(one.commit), one.url]),
      ),
    ]),
    ...section('Cloned by the Containerfile, not pinned', [
      table(
        ['line', 'ref', 'from'],
        unpinnedRepositories.map(({ line, ref, url }) => [String(line), ref ?? '-', url]),
      ),
    ]),
  ];
}
