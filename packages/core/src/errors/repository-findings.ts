import { error, type Finding, note, type Place, warning } from './finding.ts';

/** A repository that a step of the Containerfile clones. */
export interface NamedRepository {
  /** Without credentials. */
  readonly url: string;
  readonly place: Place;
}

/** Why a step clones a repository from its host. */
export type NotPinned =
  /** The build may have an access of its own: an ssh mount, a netrc. */
  | { readonly kind: 'not-readable'; readonly failure: Pick<Finding, 'what' | 'why'> }
  | { readonly kind: 'shell-decides' }
  /** Neither a branch nor a tag nor a whole commit: a path, a part of a commit. */
  | { readonly kind: 'no-ref'; readonly text: string }
  /** `git clone --filter` without `--depth`. */
  | { readonly kind: 'partial' }
  /** Something of the stage needs more than one commit. */
  | { readonly kind: 'history'; readonly command: string }
  /** The stage writes /etc/gitconfig. */
  | { readonly kind: 'own-git-config' }
  | { readonly kind: 'inject' }
  /** `--frozen`, and it was not pinned then either. */
  | { readonly kind: 'never-pinned'; readonly version: string };

export function repositoryNotPinned({ url, place }: NamedRepository, reason: NotPinned): Finding {
  const severity = reason.kind === 'inject' ? note : warning;
  return severity('repository-not-pinned', {
    what: `${url} is not pinned: the build clones it from its host.`,
    ...explain(reason),
    ...place,
    subject: url,
  });
}

function explain(reason: NotPinned): { readonly why: string; readonly fix: string } {
  switch (reason.kind) {
    case 'not-readable':
      return {
        why: `${reason.failure.what} ${reason.failure.why}`,
        fix: 'Correct the URL, or give an app of this host a token in apps.json: it is used here, too. If the build has an access of its own, nothing needs to be done.',
      };
    case 'shell-decides':
      return {
        why: 'What the step clones or checks out depends on its shell.',
        fix: 'Name a branch or a tag in the step, as with `git clone --branch`, or in an ARG.',
      };
    case 'no-ref':
      return {
        why: `The step checks out ${reason.text}, which is no branch, no tag and no whole commit.`,
        fix: 'Name a branch, a tag or a whole commit.',
      };
    case 'partial':
      return {
        why: 'The step clones with `--filter` and without `--depth`. Sources hold one commit, and git never finishes such a clone of them.',
        fix: 'Add `--depth 1` to the step, or leave out `--filter`.',
      };
    case 'history':
      return {
        why: `Its stage runs \`${reason.command}\`, which needs more than one commit. Sources hold the planned commit only.`,
        fix: 'Leave that command out, or clone with `--depth 1` where one commit is enough.',
      };
    case 'own-git-config':
      return {
        why: 'The stage writes /etc/gitconfig, and steps that clone from sources get another one.',
        fix: 'Write the settings with `git config --global`, or in an earlier stage.',
      };
    case 'inject':
      return {
        why: '`tokenDelivery` is `inject`, with which the build gets no sources.',
        fix: 'Set `tokenDelivery` to `auto`.',
      };
    case 'never-pinned':
      return {
        why: `It is not pinned in the record of ${reason.version} either.`,
        fix: 'Release once without `--frozen`.',
      };
  }
}

/** `--frozen`, and the newest record lacks it. */
export function repositoryNotRecorded({ url, place }: NamedRepository, version: string): Finding {
  return error('repository-not-recorded', {
    what: `The record of ${version} lacks ${url}, which the Containerfile clones.`,
    why: 'With `--frozen` every commit comes from that record.',
    fix: `Leave out \`--frozen\`, or remove the step from ${place.file}.`,
    ...place,
    subject: url,
  });
}
