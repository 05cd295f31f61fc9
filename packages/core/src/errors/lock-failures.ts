import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';

/**
 * Another run changes the site at this moment. `holder` is a sentence that says who; `waitedSeconds` is 0 when it was not
 * waited for.
 */
export function siteLocked(
  site: string,
  { holder, waitedSeconds }: { readonly holder: string; readonly waitedSeconds: number },
): DeBuildError {
  const waited = waitedSeconds === 0 ? '' : ` It was waited for, ${waitedSeconds} s.`;
  return new DeBuildError({
    code: 'site-locked',
    what: `Another run is at work on ${site}.`,
    why: `${holder}${waited} One at a time changes a site's records, tags or version.`,
    fix: 'Wait for it: `--lock-wait` does, as long as it takes, or with `--lock-wait=10m` for so long. When that process ends, killed or not, its lock ends with it; nothing is to be deleted.',
    exitCode: EXIT.locked,
  });
}

/** The file that the lock stands for can't be made or opened. */
export function lockNotTaken(path: string, reason: string, cause?: unknown): DeBuildError {
  return new DeBuildError({
    code: 'lock-not-taken',
    what: `The lock ${path} could not be taken.`,
    why: `The system answered: ${reason.replace(/\.$/, '')}. Without the lock two runs could change the same site at once, so nothing was changed.`,
    fix: 'Make room on that disk, give the user who runs de-build permission to write there, or keep the site on a file system that knows locks (flock).',
    exitCode: EXIT.record,
    ...(cause === undefined ? {} : { cause }),
  });
}

export function lockProgramMissing(cause: unknown): DeBuildError {
  return new DeBuildError({
    code: 'lock-program-missing',
    what: 'There is no program `flock` on this machine.',
    why: 'A site is locked with it while it is changed, and the mirror while something is fetched, so that two runs do not disturb each other.',
    fix: 'Install util-linux (Debian, Red Hat) or busybox (Alpine), and see that `flock` is in PATH.',
    exitCode: EXIT.record,
    cause,
  });
}

export function lockUnsupported(platform: string): DeBuildError {
  return new DeBuildError({
    code: 'lock-unsupported',
    what: `A site cannot be locked on this system (${platform}).`,
    why: 'de-build lets one run at a time change a site, with a lock of the kernel that it knows how to take on Linux, macOS and the BSDs only.',
    fix: 'Run de-build on one of them; on Windows that is WSL.',
    exitCode: EXIT.record,
  });
}

/** `--lock-wait` with a value that is none. */
export function badLockWait(): DeBuildError {
  return new DeBuildError({
    code: 'lock-wait-malformed',
    what: 'The value of `--lock-wait` cannot be read.',
    why: 'It takes a number and a unit: seconds, minutes or hours.',
    fix: 'Write it as `--lock-wait=10m`, or as `--lock-wait` to wait as long as it takes.',
    exitCode: EXIT.usage,
  });
}
