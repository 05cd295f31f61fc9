import { error, type Finding } from './finding.ts';
import { systemAnswer } from './system-answer.ts';

export function manifestBroken(file: string, fault: Fault): Finding {
  return error('manifest-broken', {
    what: `${file} is not valid JSON.`,
    ...restorable(file, fault),
  });
}

export function manifestInvalid(file: string, fault: Fault): Finding {
  return error('manifest-invalid', {
    what: `${file} is not a record of a release.`,
    ...restorable(file, fault),
  });
}

export function manifestUnreadableFile(file: string, cause: unknown): Finding {
  return error('manifest-unreadable', {
    what: `${file} cannot be read.`,
    why: `The system answered ${systemAnswer(cause)}.`,
    fix: 'Give the user who runs de-build permission to read it.',
    file,
  });
}

export function manifestTooNew(file: string, schemaVersion: number): Finding {
  return error('manifest-too-new', {
    what: `${file} was written by a newer de-build.`,
    why: `It has schema version ${schemaVersion}; this de-build reads version 1.`,
    fix: 'Update de-build.',
    file,
  });
}

export function manifestMisnamed(file: string, siteVersion: string, line: number): Finding {
  return error('manifest-misnamed', {
    what: `${file} records ${JSON.stringify(siteVersion)}, which does not match its name.`,
    why: 'It was copied, renamed or edited by hand, so it is unclear which release it describes.',
    fix: `Restore it from git, or rename it to ${siteVersion}.json if that is the release it describes.`,
    file,
    line,
    subject: siteVersion,
  });
}

export interface Fault {
  readonly why: string;
  readonly line: number;
  readonly column: number;
}

function restorable(file: string, { why, line, column }: Fault) {
  return { why, fix: `Restore it from git: \`git checkout -- ${file}\`.`, file, line, column };
}
