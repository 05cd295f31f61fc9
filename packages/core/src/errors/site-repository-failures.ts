import { type Finding, note, warning } from './finding.ts';

const SHOWN = 5;

export function siteRepositoryMissing(): Finding {
  return note('site-repository-missing', {
    what: 'The site is not in a git repository.',
    why: 'The manifest cannot record the commit of your own files that the image was built from.',
    fix: 'Run `git init` in the site, and commit apps.json, the Containerfile and build-manifests (not .env).',
  });
}

export function siteRepositoryUntrusted(): Finding {
  return warning('site-repository-untrusted', {
    what: "git refuses to read the site's repository, because its folder belongs to another user.",
    why: 'Whether it is clean is unknown, and the manifest will not record its commit.',
    fix: 'If you trust the folder, run `git config --global --add safe.directory PATH`.',
  });
}

export function siteRepositoryUnreadable(isGitMissing: boolean): Finding {
  return warning('site-repository-unreadable', {
    what: "The site's own repository could not be read.",
    why: isGitMissing ? 'git is not in PATH.' : 'git failed to read it.',
    fix: isGitMissing ? 'Install git.' : 'Run `git status` in the site to see what is wrong.',
  });
}

export function siteRepositoryDirty(paths: readonly string[]): Finding {
  const more = paths.length > SHOWN ? ` and ${paths.length - SHOWN} more` : '';
  return warning('site-repository-dirty', {
    what: `The site's repository has uncommitted changes: ${paths.slice(0, SHOWN).join(', ')}${more}.`,
    why: 'The image is built with them, but the commit that the manifest records does not contain them.',
    fix: 'Commit or discard the changes, then run the release.',
  });
}

export function siteRepositoryBehind(
  upstream: string,
  state: { readonly behind: number; readonly fetchedAt: Date | undefined },
): Finding {
  const fetched =
    state.fetchedAt === undefined ? '' : ` (last fetched on ${state.fetchedAt.toISOString().slice(0, 10)})`;
  return warning('site-repository-behind', {
    what: `The site's repository is ${state.behind} ${state.behind === 1 ? 'commit' : 'commits'} behind ${upstream}${fetched}.`,
    why: 'The release would be built without these commits.',
    fix: 'Run `git pull`, review the changes, then run the release.',
  });
}
