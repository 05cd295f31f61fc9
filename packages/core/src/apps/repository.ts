import type { Place } from '../errors/finding.ts';
import type { Credential } from '../git/remote.ts';
import type { ClonedRepository } from '../site/find-repositories.ts';

/** A repository that a step of the Containerfile clones, with the commit that the step gets. */
export interface ResolvedRepository extends Pick<ClonedRepository, 'url' | 'spelling' | 'by' | 'line'> {
  /** Name of the branch or tag, also where the step names none; or the commit. */
  readonly ref: string;
  readonly kind: 'branch' | 'tag' | 'commit';
  readonly commit: string;
  /** For an annotated tag. */
  readonly tagObject?: string;
  /** The step names no ref: it gets the default branch. */
  readonly isDefault: boolean;
  readonly credential: Credential | undefined;
}

/** One that the build clones from its host, at what is there then. */
export interface UnpinnedRepository {
  /** Without credentials. */
  readonly url: string;
  /** `null` is the default branch, or what the shell decides. */
  readonly ref: string | null;
  /** Of the RUN. */
  readonly line: number;
}

/** Every repository that the build clones by itself. */
export interface ClonedRepositories {
  readonly pinned: readonly ResolvedRepository[];
  readonly unpinned: readonly UnpinnedRepository[];
}

export const NO_REPOSITORIES: ClonedRepositories = { pinned: [], unpinned: [] };

/** The same for two spellings of one repository. */
export function repositoryKey(url: string): string {
  const { host, pathname } = new URL(url);
  const path = pathname.replace(/\/{2,}/g, '/').replace(/\/+$/, '');
  return `${host.toLowerCase()}${path.replace(/\.git$/, '')}`;
}

/** What bench calls the app of a repository. */
export function repositoryName(url: string): string {
  return repositoryKey(url).split('/').at(-1) ?? url;
}

export function unpinnedOf({
  url,
  ref,
  line,
}: Pick<ClonedRepository, 'url' | 'ref' | 'line'>): UnpinnedRepository {
  return { url, ref: typeof ref === 'string' ? null : ref.name, line };
}

export function placeOf(file: string, { line }: Pick<ClonedRepository, 'line'>): Place {
  return { file, line };
}
