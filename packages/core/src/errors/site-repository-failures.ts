import type { Finding } from './finding.ts';

const SHOWN = 5;

export function siteRepositoryMissing(): Finding {
  return {
    id: 'site-repository-missing',
    severity: 'note',
    what: 'The site is not kept in a git repository.',
    why: 'The manifest can then not say from which commit of your own files the image came.',
    fix: 'Run git init in the site and commit apps.json, the Containerfile and build-manifests (not .env).',
  };
}

export function siteRepositoryUntrusted(): Finding {
  return {
    id: 'site-repository-untrusted',
    severity: 'warning',
    what: "git refuses to read the site's repository, because the folder belongs to another user.",
    why: 'So it is not known whether it is clean, and the manifest will not name its commit.',
    fix: 'If you trust the folder, run git config --global --add safe.directory with its path.',
  };
}

export function siteRepositoryUnreadable(isGitMissing: boolean): Finding {
  return {
    id: 'site-repository-unreadable',
    severity: 'warning',
    what: "The site's own repository could not be read.",
    why: isGitMissing ? 'There is no git in PATH.' : 'git gave up on it.',
    fix: isGitMissing ? 'Install git.' : 'Run git status in the site; it says what is wrong.',
  };
}

export function siteRepositoryDirty(paths: readonly string[]): Finding {
  const more = paths.length > SHOWN ? ` and ${paths.length - SHOWN} more` : '';
  return {
    id: 'site-repository-dirty',
    severity: 'warning',
    what: `The site's repository has changes that are not committed: ${paths.slice(0, SHOWN).join(', ')}${more}.`,
    why: 'The image is built from them, but nobody else can get at them by the commit that the manifest names.',
    fix: 'Commit or discard them, then release.',
  };
}

export function siteRepositoryBehind(
  upstream: string,
  state: { readonly behind: number; readonly fetchedAt: Date | undefined },
): Finding {
  const fetched =
    state.fetchedAt === undefined ? '' : ` (as fetched on ${state.fetchedAt.toISOString().slice(0, 10)})`;
  return {
    id: 'site-repository-behind',
    severity: 'warning',
    what: `The site's repository is ${state.behind} ${state.behind === 1 ? 'commit' : 'commits'} behind ${upstream}${fetched}.`,
    why: 'Somebody has changed the site since; this release would be built without that.',
    fix: 'Run git pull, look at what changed, then release.',
  };
}
