import type { Finding } from '../errors/finding.ts';
import {
  siteRepositoryBehind,
  siteRepositoryDirty,
  siteRepositoryMissing,
  siteRepositoryUnreadable,
  siteRepositoryUntrusted,
} from '../errors/site-repository-failures.ts';
import type { SiteRepository } from './site-repository.ts';

/** Findings about the site's repository. None of them refuses a release. */
export function judgeSiteRepository(repository: SiteRepository): Finding[] {
  if (!repository.isRepository) {
    if (repository.reason === 'none') return [siteRepositoryMissing()];
    if (repository.reason === 'untrusted') return [siteRepositoryUntrusted()];
    return [siteRepositoryUnreadable(repository.reason === 'no-git')];
  }
  const findings: Finding[] = [];
  if (repository.dirty.length > 0) findings.push(siteRepositoryDirty(repository.dirty));
  if (repository.behind > 0 && repository.upstream !== undefined)
    findings.push(siteRepositoryBehind(repository.upstream, repository));
  return findings;
}
