import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';

/** `holder` is a sentence about the other run; `waitedSeconds` is 0 without `--lock-wait`. */
export function siteLocked(
  site: string,
  { holder, waitedSeconds }: { readonly holder: string; readonly waitedSeconds: number },
): DeBuildError {
  const waited = waitedSeconds === 0 ? '' : ` de-build waited ${waitedSeconds} s for it.`;
  return new DeBuildError({
    code: 'site-locked',
    what: `Another run is changing ${site}.`,
    why: `${holder}${waited} Only one run at a time may change a site's records, tags or version.`,
    fix: 'Use `--lock-wait` to wait until it has finished, or `--lock-wait=10m` to wait at most that long. The lock ends with that process, even when it is killed; there is no file to delete.',
    exitCode: EXIT.locked,
  });
}

/** The lock file cannot be created or opened, or `flock` failed. */
export function lockNotTaken(path: string, reason: string, cause?: unknown): DeBuildError {
  return new DeBuildError({
    code: 'lock-not-taken',
    what: `The lock ${path} could not be taken.`,
    why: `The system answered: ${reason.replace(/\.$/, '')}. Without the lock, two runs could change the site at once, so nothing was changed.`,
    fix: 'Free some disk space, give the user who runs de-build permission to write there, or move the site to a file system that supports locks (flock).',
    exitCode: EXIT.record,
    cause,
  });
}

export function lockProgramMissing(cause: unknown): DeBuildError {
  return new DeBuildError({
    code: 'lock-program-missing',
    what: '`flock` is not installed on this machine.',
    why: 'de-build locks a site with it while it changes the site, so that two runs do not interfere with each other.',
    fix: 'Install util-linux (Debian, Red Hat) or busybox (Alpine), and check that `flock` is in PATH.',
    exitCode: EXIT.record,
    cause,
  });
}

export function lockUnsupported(platform: string): DeBuildError {
  return new DeBuildError({
    code: 'lock-unsupported',
    what: `A site cannot be locked on this system (${platform}).`,
    why: 'de-build locks a site with a kernel lock, which it supports on Linux, macOS and the BSDs.',
    fix: 'Run de-build on one of these systems; on Windows, use WSL.',
    exitCode: EXIT.record,
  });
}

/** `--lock-wait` with a value that is no duration. */
export function badLockWait(): DeBuildError {
  return new DeBuildError({
    code: 'lock-wait-malformed',
    what: 'The value of `--lock-wait` is not valid.',
    why: 'It takes a number and a unit: seconds, minutes or hours.',
    fix: 'Write it as `--lock-wait=10m`, or as `--lock-wait` to wait without a limit.',
    exitCode: EXIT.usage,
  });
}
