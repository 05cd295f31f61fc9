import { DeBuildError, type Failure } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import type { Finding } from './finding.ts';

/** The pin a failure is about; nothing of it holds a credential. */
export interface PinName {
  /** Without credentials. */
  readonly url: string;
  readonly kind: 'branch' | 'tag';
  readonly ref: string;
  readonly commit: string;
}

/** Between resolve and fetch, a tag was moved or a branch was rewritten. */
export function mirrorRefMoved(pin: PinName, nowAt: string | undefined): DeBuildError {
  return failure({
    code: 'mirror-ref-moved',
    what:
      nowAt === undefined
        ? `The ${pin.kind} ${pin.ref} of ${pin.url} was deleted while the release was under way; the plan has it at ${pin.commit}.`
        : `The ${pin.kind} ${pin.ref} of ${pin.url} was moved while the release was under way: the plan has ${pin.commit}, the host now has ${nowAt}.`,
    why:
      nowAt === undefined
        ? 'A build of the planned commit would carry the name of something that is not there any more.'
        : pin.kind === 'tag'
          ? 'A tag that is moved no longer names what was planned.'
          : 'The planned commit is not in the history of the branch any more: it was force-pushed.',
    fix: 'Ask whoever moved it whether that was meant, then run the release again: it is planned anew.',
    exitCode: EXIT.git,
  });
}

/** A recorded commit that the host does not have, or does not give out, any more. */
export function mirrorCommitGone(pin: PinName, output?: string): DeBuildError {
  return failure({
    code: 'mirror-commit-gone',
    what: `The host no longer gives out ${pin.commit} of ${pin.url}.`,
    why: `The mirror does not hold that commit, and it is not in the history of the ${pin.kind} ${pin.ref} either.`,
    fix: "Copy the site's .de-build/mirror from a machine that built this release, or push the commit to the host again under any tag.",
    exitCode: EXIT.git,
    ...(output === undefined || output === '' ? {} : { output }),
  });
}

/** What was planned to be fetched is not the name of anything in git. */
export function mirrorPinMalformed(url: string, why: string): DeBuildError {
  return failure({
    code: 'mirror-pin-malformed',
    what: `What is to be fetched from ${url} is not named rightly.`,
    why,
    fix: 'If it comes from a manifest, restore the manifest as it was recorded; else report this as a bug.',
    exitCode: EXIT.record,
  });
}

/** The local copy is damaged, and no whole one could be had. `cause` is why not. */
export function mirrorCorrupt(pin: PinName, cause: DeBuildError): DeBuildError {
  return failure({
    code: 'mirror-corrupt',
    what: `The mirror's copy of ${pin.commit} of ${pin.url} is damaged, and it could not be fetched again.`,
    why: `${cause.what} ${cause.why}`,
    fix: cause.fix,
    exitCode: cause.exitCode,
    cause,
    ...(cause.output === undefined ? {} : { output: cause.output }),
  });
}

/** Disk full, no permission, read-only, an I/O error. */
export function mirrorNotWritten(folder: string, details: { reason: string; cause?: unknown }): DeBuildError {
  return failure({
    code: 'mirror-not-written',
    what: `The mirror in ${folder} could not be written.`,
    why: `The system answered: ${details.reason}. What was there before is as it was.`,
    fix: 'Make room on that disk, or give the user who runs de-build permission to write there, then run it again.',
    exitCode: EXIT.record,
    ...(details.cause === undefined ? {} : { cause: details.cause }),
  });
}

/** git failed on the mirror's own files in a way that nothing above names. */
export function mirrorBroken(folder: string, output: string): DeBuildError {
  return failure({
    code: 'mirror-broken',
    what: `git cannot work with the mirror in ${folder}.`,
    why: 'Its own files are damaged in a way that fetching again does not mend.',
    fix: `Delete that folder and run it again: all of it is fetched anew, where the hosts still have it.`,
    exitCode: EXIT.record,
    ...(output === '' ? {} : { output }),
  });
}

export function mirrorBusy(folder: string, seconds: number): DeBuildError {
  return failure({
    code: 'mirror-busy',
    what: `Another release has been fetching into ${folder} for longer than ${seconds} s.`,
    why: 'One at a time fetches from a repository, so that the second one finds what the first has brought.',
    fix: 'Wait for the other release, or end it, then run it again.',
    exitCode: EXIT.record,
  });
}

export function mirrorBackendMissing(): DeBuildError {
  return failure({
    code: 'mirror-backend-missing',
    what: 'The git of this machine cannot serve repositories over HTTP.',
    why: 'It was installed without `git http-backend`.',
    fix: 'Install the rest of git (Alpine: apk add git-daemon; Red Hat: dnf install git), or build with `tokenDelivery: inject`.',
    exitCode: EXIT.git,
  });
}

export function mirrorNotServed(reason: string, cause: unknown): DeBuildError {
  return failure({
    code: 'mirror-not-served',
    what: 'The mirror could not be served on 127.0.0.1.',
    why: `The system answered: ${reason}.`,
    fix: 'Allow de-build to listen on the loopback address, or build with `tokenDelivery: inject`.',
    exitCode: EXIT.record,
    cause,
  });
}

/** Submodules stay empty folders: `git clone`, as bench calls it, does not follow them. */
export function mirrorSubmodules(pin: PinName, paths: readonly string[]): Finding {
  return {
    id: 'mirror-submodules',
    severity: 'warning',
    what: `${pin.url} has ${counted(paths.length, 'submodule')} at ${pin.commit.slice(0, 12)}: ${listed(paths)}.`,
    why: 'bench clones without submodules, from a git host as from the mirror, so these folders are empty in the image.',
    fix: 'If the app needs them at run time, put their content into the repository itself, or install it as a package.',
    subject: pin.url,
  };
}

/** Git LFS pointers stay pointers: the mirror holds what is in git, and the build has no access to the LFS server. */
export function mirrorLfsPointers(pin: PinName, paths: readonly string[]): Finding {
  return {
    id: 'mirror-lfs-pointers',
    severity: 'warning',
    what: `${pin.url} keeps ${counted(paths.length, 'file')} in Git LFS at ${pin.commit.slice(0, 12)}: ${listed(paths)}.`,
    why: 'The mirror serves what is in git: the image gets the small text files that point at the content, not the content.',
    fix: 'If the app needs them at run time, keep them in git itself, or build with `tokenDelivery: inject` and git-lfs in the image.',
    subject: pin.url,
  };
}

/** Damage was found in the mirror and mended. `lost` are other commits that could not be saved. */
export function mirrorMended(pin: PinName, lost: readonly string[]): Finding {
  return {
    id: 'mirror-mended',
    severity: 'warning',
    what: `The mirror's copy of ${pin.url} was damaged and has been mended.`,
    why:
      lost.length === 0
        ? 'Files in it did not match their checksums or were missing. All commits in it are whole again.'
        : `Files in it did not match their checksums or were missing. Lost, and fetched again when they are needed: ${listed(lost)}.`,
    fix: "If it happens again, check the disk (smartctl, dmesg) and restore the site's .de-build from a backup.",
    subject: pin.url,
  };
}

/** Which pins are needed is only known when every record can be read. */
export function mirrorRecordsUnreadable(problems: readonly Finding[]): DeBuildError {
  const [first] = problems;
  return failure({
    code: 'mirror-records-unreadable',
    what: 'Nothing of the mirror was freed.',
    why: `${counted(problems.length, 'record')} cannot be read, and may name commits that must stay. ${first?.what ?? ''}`.trim(),
    fix: `${first?.fix ?? ''} Then prune again.`.trim(),
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

function failure(words: Failure): DeBuildError {
  return new DeBuildError(words);
}
