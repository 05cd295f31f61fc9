import type { Finding } from './finding.ts';
import { systemAnswer } from './system-answer.ts';

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
