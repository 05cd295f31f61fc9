import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import { type Finding, warning } from './finding.ts';

/** The pin a failure is about; nothing of it holds a credential. */
export interface PinName {
  /** Without credentials. */
  readonly url: string;
  readonly kind: 'branch' | 'tag';
  readonly ref: string;
  readonly commit: string;
}

/** Between the plan and the fetch, a tag was moved or deleted, or a branch was rewritten or deleted. */
export function mirrorRefMoved(pin: PinName, nowAt: string | undefined): DeBuildError {
  const name = `The ${pin.kind} ${pin.ref} of ${pin.url}`;
  return new DeBuildError({
    code: 'mirror-ref-moved',
    what:
      nowAt === undefined
        ? `${name} was deleted during the release; the planned commit is ${pin.commit}.`
        : `${name} was moved during the release: the plan has ${pin.commit}, the host now has ${nowAt}.`,
    why:
      nowAt === undefined
        ? 'The image would name a branch or tag that no longer exists.'
        : pin.kind === 'tag'
          ? 'The tag no longer points to the planned commit.'
          : 'The planned commit is no longer in the history of the branch, which was force-pushed.',
    fix: 'Ask the person who changed it whether that was intended, then run the release again.',
    exitCode: EXIT.git,
  });
}

/** A recorded commit that the host no longer has, or no longer serves. */
export function mirrorCommitGone(pin: PinName, output?: string): DeBuildError {
  return new DeBuildError({
    code: 'mirror-commit-gone',
    what: `The host no longer serves ${pin.commit} of ${pin.url}.`,
    why: `The commit is neither in the mirror nor in the history of the ${pin.kind} ${pin.ref}.`,
    fix: "Copy the site's .de-build/mirror from a machine that built this release, or push the commit to the host again with any tag.",
    exitCode: EXIT.git,
    output,
  });
}

/** A commit, branch or tag with a name that git does not allow. */
export function mirrorPinMalformed(url: string, why: string): DeBuildError {
  return new DeBuildError({
    code: 'mirror-pin-malformed',
    what: `The commit to fetch from ${url} is not valid.`,
    why,
    fix: 'If it comes from a manifest, restore the manifest from git; otherwise report a bug.',
    exitCode: EXIT.record,
  });
}

/** The local copy is damaged and could not be fetched again because of `cause`. */
export function mirrorCorrupt(pin: PinName, cause: DeBuildError): DeBuildError {
  return new DeBuildError({
    code: 'mirror-corrupt',
    what: `The mirror's copy of ${pin.commit} of ${pin.url} is damaged, and it could not be fetched again.`,
    why: `${cause.what} ${cause.why}`,
    fix: cause.fix,
    exitCode: cause.exitCode,
    cause,
    output: cause.output,
  });
}

/** Disk full, no permission, read-only, an I/O error. */
export function mirrorNotWritten(folder: string, details: { reason: string; cause?: unknown }): DeBuildError {
  return new DeBuildError({
    code: 'mirror-not-written',
    what: `The mirror in ${folder} could not be written.`,
    why: `The system answered: ${details.reason}. Its previous content is unchanged.`,
    fix: 'Free some disk space, or give the user who runs de-build permission to write there, then run it again.',
    exitCode: EXIT.record,
    cause: details.cause,
  });
}

/** git failed on the mirror's own files, for any other reason. */
export function mirrorBroken(folder: string, output: string): DeBuildError {
  return new DeBuildError({
    code: 'mirror-broken',
    what: `git cannot work with the mirror in ${folder}.`,
    why: 'Its own files are damaged, and fetching again does not repair them.',
    fix: 'Delete that folder and run it again: everything that the hosts still have is fetched again.',
    exitCode: EXIT.record,
    output,
  });
}

export function mirrorBusy(folder: string, seconds: number): DeBuildError {
  return new DeBuildError({
    code: 'mirror-busy',
    what: `Another release has been fetching into ${folder} for longer than ${seconds} s.`,
    why: 'Only one run at a time fetches into a repository.',
    fix: 'Wait for the other release or stop it, then run it again.',
    exitCode: EXIT.record,
  });
}

/** Submodules stay empty folders: `git clone`, as bench calls it, does not follow them. */
export function mirrorSubmodules(pin: PinName, paths: readonly string[]): Finding {
  return warning('mirror-submodules', {
    what: `${pin.url} has ${counted(paths.length, 'submodule')} at ${pin.commit.slice(0, 12)}: ${listed(paths)}.`,
    why: 'bench clones without submodules, so these folders are empty in the image.',
    fix: 'If the app needs them at run time, add their content to the repository itself, or install it as a package.',
    subject: pin.url,
  });
}

/** The mirror holds only what is in git, and the build has no access to the LFS server. */
export function mirrorLfsPointers(pin: PinName, paths: readonly string[]): Finding {
  return warning('mirror-lfs-pointers', {
    what: `${pin.url} keeps ${counted(paths.length, 'file')} in Git LFS at ${pin.commit.slice(0, 12)}: ${listed(paths)}.`,
    why: 'The sources of a build hold only what is in git, so the image gets the pointer files instead of the content.',
    fix: 'If the app needs them at run time, keep them in git itself, or build with `tokenDelivery: inject` and git-lfs in the image.',
    subject: pin.url,
  });
}

/** `lost` are other commits that could not be repaired. */
export function mirrorMended(pin: PinName, lost: readonly string[]): Finding {
  return warning('mirror-mended', {
    what: `The mirror's copy of ${pin.url} was damaged and has been repaired.`,
    why:
      lost.length === 0
        ? 'Files in it did not match their checksums or were missing. All its commits are complete again.'
        : `Files in it did not match their checksums or were missing. Removed, to be fetched again when needed: ${listed(lost)}.`,
    fix: "If it happens again, check the disk (smartctl, dmesg) and restore the site's .de-build from a backup.",
    subject: pin.url,
  });
}

/** Only when every manifest can be read is it known which commits are needed. */
export function mirrorRecordsUnreadable(problems: readonly Finding[]): DeBuildError {
  const [first] = problems;
  return new DeBuildError({
    code: 'mirror-records-unreadable',
    what: 'The mirror was not pruned.',
    why: `${counted(problems.length, 'record')} cannot be read and may name commits that are still needed. ${first?.what ?? ''}`.trim(),
    fix: `${first?.fix ?? ''} Then run prune again.`.trim(),
    exitCode: EXIT.record,
  });
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => (/^[\w./@+ -]+$/.test(name) ? name : JSON.stringify(name)));
  return names.length > 5 ? `${shown.join(', ')} and ${names.length - 5} more` : shown.join(', ');
}
