import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import type { Finding } from './finding.ts';
import { systemAnswer, systemCode } from './system-answer.ts';
import { writeRemedy } from './write-remedy.ts';

export function noReleaseRecorded(folder: string): DeBuildError {
  return new DeBuildError({
    code: 'no-release-recorded',
    what: 'No release is recorded.',
    why: `${folder} contains no readable record.`,
    fix: 'Release the site with `de-build`; `de-build list` shows records that cannot be read.',
    exitCode: EXIT.record,
  });
}

/** No record of that version. `known` are the versions there are, newest first. */
export function manifestNotFound(version: string, known: readonly string[]): DeBuildError {
  const [newest] = known;
  return new DeBuildError({
    code: 'manifest-not-found',
    what: `There is no record of ${JSON.stringify(version)}.`,
    why:
      newest === undefined
        ? 'No release of this site is recorded yet.'
        : `${known.length === 1 ? '1 release is' : `${known.length} releases are`} recorded; the newest is ${newest}.`,
    fix:
      newest === undefined
        ? 'Release the site with `de-build`.'
        : 'Run `de-build list` to see the recorded versions.',
    exitCode: EXIT.record,
  });
}

export function manifestUnreadable(problem: Finding): DeBuildError {
  const place = problem.line === undefined ? '' : ` (line ${problem.line})`;
  return new DeBuildError({
    code: 'manifest-unreadable',
    what: problem.what,
    why: `${problem.why.replace(/\.$/, '')}${place}.`,
    fix: problem.fix,
    exitCode: EXIT.record,
  });
}

export function manifestFolderUnreadable(folder: string, cause: unknown): DeBuildError {
  return new DeBuildError({
    code: 'manifest-folder-unreadable',
    what: `The folder of records ${folder} cannot be read.`,
    why: `The system answered ${systemAnswer(cause)}.`,
    fix: 'Check that it is a folder, and that the user who runs de-build may read it.',
    exitCode: EXIT.record,
    cause,
  });
}

export function manifestExists(path: string, version: string): DeBuildError {
  return new DeBuildError({
    code: 'manifest-exists',
    what: `The release ${version} was not recorded.`,
    why: `${path} already exists, and a record is never overwritten. The image was built, and was not tagged.`,
    fix: 'Run `de-build bump next` and release again (the build comes from the cache); or release the same version again with `--force`, which keeps the old record under another name.',
    exitCode: EXIT.conflict,
  });
}

/** The caller removes the tag. */
export function manifestNotWritten(path: string, cause: unknown): DeBuildError {
  return new DeBuildError({
    code: 'manifest-not-written',
    what: `The release could not be recorded in ${path}.`,
    why: `The system answered ${systemAnswer(cause)}. The image was built, and its tag was removed: no image has a version without a record. No partial record was left.`,
    fix: `${writeRemedy(systemCode(cause))} Then run \`de-build\` again; the build comes from the cache.`,
    exitCode: EXIT.record,
    cause,
  });
}

/** The release is valid without the file. */
export function companionNotWritten(path: string, cause: unknown): DeBuildError {
  return new DeBuildError({
    code: 'companion-not-written',
    what: `${path} could not be written.`,
    why: `The system answered ${systemAnswer(cause)}. The release itself is recorded.`,
    fix: writeRemedy(systemCode(cause)),
    exitCode: EXIT.record,
    cause,
  });
}
