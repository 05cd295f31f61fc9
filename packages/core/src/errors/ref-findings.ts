import type { Finding, Place } from './finding.ts';

/** No branch and no tag of that name. `nearest` are names that are there. */
export function refNotFound(
  app: { readonly name: string; readonly url: string },
  ref: string,
  details: { readonly nearest: readonly string[]; readonly place: Place },
): Finding {
  const { nearest, place } = details;
  return {
    id: 'ref-not-found',
    severity: 'error',
    what: `${app.name} has no branch and no tag ${ref} (${app.url}).`,
    why:
      nearest.length === 0
        ? 'The repository was reached, and it has nothing of a similar name.'
        : `The repository was reached; the nearest names there are ${nearest.join(', ')}.`,
    fix: `Correct the branch of ${app.name} in ${place.file}, or push the branch or tag first.`,
    ...place,
    subject: app.name,
  };
}

/** No branch is named, and the repository's HEAD names none that exists. */
export function defaultBranchMissing(
  app: { readonly name: string; readonly url: string },
  place: Place,
): Finding {
  return {
    id: 'default-branch-missing',
    severity: 'error',
    what: `${app.name} names no branch, and the repository has no default branch (${app.url}).`,
    why: 'The repository is empty, or its HEAD names a branch that is not there.',
    fix: `Name the branch of ${app.name} in ${place.file}.`,
    ...place,
    subject: app.name,
  };
}

/** Branch and tag of one name: git takes the branch. */
export function refAmbiguous(app: { readonly name: string; readonly ref: string }, place: Place): Finding {
  return {
    id: 'ref-ambiguous',
    severity: 'warning',
    what: `${app.name} has both a branch and a tag ${app.ref}, at different commits.`,
    why: 'git clone takes the branch, so the image gets what the branch holds and not the tag.',
    fix: `Rename one of them, or name the one you mean by another name in ${place.file}.`,
    ...place,
    subject: app.name,
  };
}

/** A branch that moves, where releases are tagged. */
export function branchMoves(
  app: { readonly name: string; readonly ref: string },
  tag: string,
  details: { readonly isTip: boolean; readonly place: Place },
): Finding {
  return {
    id: 'branch-moves',
    severity: 'warning',
    what: `${app.name} is taken from the branch ${app.ref}, which moves, although it has release tags.`,
    why: details.isTip
      ? `The newest release ${tag} is the same commit today, but the next build may get another one.`
      : `The newest release is ${tag}; the branch holds something else now, and may hold a third thing tomorrow.`,
    fix: `Set the branch of ${app.name} to ${tag} in ${details.place.file}, or keep the branch on purpose: the manifest records the commit.`,
    ...details.place,
    subject: app.name,
  };
}
