import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import type { Finding } from './finding.ts';
import { explain, systemAnswer, systemCode } from './system-answer.ts';

/** No record of that version. `known` are the versions there are, newest first. */
export function manifestNotFound(version: string, known: readonly string[]): DeBuildError {
  const [newest] = known;
  return new DeBuildError({
    code: 'manifest-not-found',
    what: `There is no record of ${JSON.stringify(version)}.`,
    why:
      newest === undefined
        ? 'No release of this site was recorded yet.'
        : `${known.length === 1 ? '1 release is' : `${known.length} releases are`} recorded, the newest is ${newest}.`,
    fix:
      newest === undefined
        ? 'Release the site with `de-build`.'
        : 'Run `de-build list` to see the recorded versions.',
    exitCode: EXIT.record,
  });
}

/** A record was asked for that is there and can't be read. */
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
    fix: 'See that it is a folder, and that the user who runs de-build may read it.',
    exitCode: EXIT.record,
    cause,
  });
}

/** Found before the build: no record could be written afterwards. `folder` is where the way ends. */
export function manifestsNotWritable(
  records: string,
  { folder, code }: { readonly folder: string; readonly code: string },
): Finding {
  const where = folder === records ? 'there' : `in ${folder}, where it would be made`;
  return {
    id: 'manifests-not-writable',
    severity: 'error',
    what: `No release could be recorded in ${records}.`,
    why: `The system says ${code} ${where}: ${explain(code)}.`,
    fix: remedy(code),
  };
}

/** A record of that version exists; records are never overwritten. */
export function manifestExists(path: string, version: string): DeBuildError {
  return new DeBuildError({
    code: 'manifest-exists',
    what: `The release ${version} was not recorded.`,
    why: `${path} exists already, and a record is never overwritten. The image was built; it was not given its tag for good.`,
    fix: 'Run `de-build bump patch` and release again (the build comes from the cache); or release the same version once more with `--force`, which keeps the old record beside the new.',
    exitCode: EXIT.conflict,
  });
}

/** The record couldn't be written; the caller takes the tag back. */
export function manifestNotWritten(path: string, cause: unknown): DeBuildError {
  return new DeBuildError({
    code: 'manifest-not-written',
    what: `The release could not be recorded in ${path}.`,
    why: `The system answered ${systemAnswer(cause)}. The image was built, and its tag was taken back, for no image has a version without a record. No part of a record was left.`,
    fix: `${remedy(systemCode(cause))} Then run \`de-build\` again; the build comes from the cache.`,
    exitCode: EXIT.record,
    cause,
  });
}

/** A file beside a manifest couldn't be written; the release stands all the same. */
export function companionNotWritten(path: string, cause: unknown): DeBuildError {
  return new DeBuildError({
    code: 'companion-not-written',
    what: `${path} could not be written.`,
    why: `The system answered ${systemAnswer(cause)}. The release itself is recorded.`,
    fix: remedy(systemCode(cause)),
    exitCode: EXIT.record,
    cause,
  });
}

/** Not JSON. */
export function manifestBroken(file: string, fault: Fault): Finding {
  return {
    id: 'manifest-broken',
    severity: 'error',
    what: `${file} is not JSON.`,
    ...restorable(file, fault),
  };
}

/** JSON, but no manifest. */
export function manifestInvalid(file: string, fault: Fault): Finding {
  return {
    id: 'manifest-invalid',
    severity: 'error',
    what: `${file} is not a record of a release.`,
    ...restorable(file, fault),
  };
}

export function manifestUnreadableFile(file: string, cause: unknown): Finding {
  return {
    id: 'manifest-unreadable',
    severity: 'error',
    what: `${file} cannot be read.`,
    why: `The system answered ${systemAnswer(cause)}.`,
    fix: 'Give the user who runs de-build permission to read it.',
    file,
  };
}

/** Written by a de-build that is newer than this one. */
export function manifestTooNew(file: string, schemaVersion: number): Finding {
  return {
    id: 'manifest-too-new',
    severity: 'error',
    what: `${file} was written by a newer de-build.`,
    why: `It has schema version ${schemaVersion}; this de-build reads version 1.`,
    fix: 'Update de-build.',
    file,
  };
}

/** Its content is of another version than its name says. */
export function manifestMisnamed(file: string, siteVersion: string, line: number): Finding {
  return {
    id: 'manifest-misnamed',
    severity: 'error',
    what: `${file} records ${JSON.stringify(siteVersion)}, which is not what it is named after.`,
    why: 'A record was copied, renamed or edited by hand; which release it tells of cannot be known.',
    fix: `Restore it from git, or name it ${siteVersion}.json if that is what it is.`,
    file,
    line,
    subject: siteVersion,
  };
}

export interface Fault {
  readonly why: string;
  readonly line: number;
  readonly column: number;
}

function restorable(file: string, { why, line, column }: Fault) {
  return { why, fix: `Restore it from git: \`git checkout -- ${file}\`.`, file, line, column };
}

function remedy(code: string): string {
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'Free some space (`de-build prune` frees build cache).';
  if (code === 'EROFS') return 'Mount the file system writable, or change `manifests` in de-build.json.';
  if (code === 'EACCES' || code === 'EPERM')
    return 'Give the user who runs de-build permission to write there.';
  if (code === 'EIO') return 'Check the disk.';
  return 'See that the folder exists and can be written to.';
}
