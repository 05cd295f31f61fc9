import { error, type Finding, type Place, warning } from './finding.ts';

/** What names a ref; frappe is in no line of apps.json. */
interface NamedApp {
  readonly name: string;
  readonly line?: number | undefined;
}

/** `nearest` are names that exist. */
export function refNotFound(
  app: NamedApp & { readonly url: string },
  ref: string,
  details: { readonly nearest: readonly string[]; readonly place: Place },
): Finding {
  const { nearest, place } = details;
  return error('ref-not-found', {
    what: `${app.name} has no branch and no tag ${ref} (${app.url}).`,
    why:
      nearest.length === 0
        ? 'The repository has no similar name either.'
        : `The most similar names there are ${nearest.join(', ')}.`,
    fix: `Correct ${branchOf(app)} in ${place.file}, or push the branch or tag first.`,
    ...place,
    subject: app.name,
  });
}

export function defaultBranchMissing(app: NamedApp & { readonly url: string }, place: Place): Finding {
  return error('default-branch-missing', {
    what: `${app.name} names no branch, and the repository has no default branch (${app.url}).`,
    why: 'The repository is empty, or its HEAD names a branch that does not exist.',
    fix: `Set ${branchOf(app)} in ${place.file}.`,
    ...place,
    subject: app.name,
  });
}

/** Branch and tag of one name: git takes the branch. */
export function refAmbiguous(app: { readonly name: string; readonly ref: string }, place: Place): Finding {
  return warning('ref-ambiguous', {
    what: `${app.name} has both a branch and a tag ${app.ref}, at different commits.`,
    why: 'git clone takes the branch, so the image gets the branch and not the tag.',
    fix: `Rename one of them, or use another one in ${place.file}.`,
    ...place,
    subject: app.name,
  });
}

/** A branch, where releases are tagged. */
export function branchMoves(
  app: NamedApp & { readonly ref: string },
  tag: string,
  details: { readonly isTip: boolean; readonly place: Place },
): Finding {
  return warning('branch-moves', {
    what: `${app.name} uses the branch ${app.ref}, which changes, although it has release tags.`,
    why: details.isTip
      ? `The newest release ${tag} is the same commit today, but the next build may get another one.`
      : `The newest release is ${tag}; the branch is at another commit, and may change again.`,
    fix: `Set ${branchOf(app)} to ${tag} in ${details.place.file}. Or keep the branch, for the manifest records the commit, and write \`"accept": { "branch-moves:${app.name}": "REASON" }\` in de-build.json.`,
    ...details.place,
    subject: app.name,
  });
}

/** Where the branch is written. */
function branchOf({ name, line }: NamedApp): string {
  return name === 'frappe' && line === undefined ? 'FRAPPE_BRANCH' : `the branch of ${name}`;
}
