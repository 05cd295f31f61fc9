import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import { sentence } from './sentence.ts';
import { systemAnswer, systemCode } from './system-answer.ts';

/** `--to` of `archive` is neither a folder nor a registry's repository. */
export function badArchiveDestination(text: string, why: string): DeBuildError {
  return new DeBuildError({
    code: 'archive-destination-malformed',
    what: `${JSON.stringify(text)} is no place for an archive.`,
    why,
    fix: 'Name a folder, such as `--to /mnt/backup`, or a repository of a registry, such as `--to registry.example.com/acme/erp`.',
    exitCode: EXIT.usage,
  });
}

/** The image to archive is not on the engine. */
export function releaseImageMissing(reference: string, imageId: string): DeBuildError {
  return new DeBuildError({
    code: 'release-image-missing',
    what: `The image of ${reference} is not on this engine.`,
    why: `It has no image with the recorded id ${imageId}.`,
    fix: 'Run `de-build restore` for that release first, or use the engine that has it (`--host`).',
    exitCode: EXIT.engine,
  });
}

/** A file stands where the archive goes, and it is another. */
export function archiveFileTaken(path: string): DeBuildError {
  return new DeBuildError({
    code: 'archive-file-taken',
    what: `The archive was not written to ${path}.`,
    why: 'A file of that name is there, and it is not this archive: it is damaged, or somebody put it there.',
    fix: 'Move it away, or name another folder with `--to`.',
    exitCode: EXIT.conflict,
  });
}

/** The archive could not be written; no part of it was left. */
export function archiveNotWritten(path: string, cause: unknown): DeBuildError {
  const code = systemCode(cause);
  return new DeBuildError({
    code: 'archive-not-written',
    what: `The archive could not be written to ${path}.`,
    why: `The system answered ${systemAnswer(cause)}. No part of an archive was left.`,
    fix:
      code === 'ENOSPC' || code === 'EDQUOT'
        ? 'Free some space there, or name another folder with `--to`.'
        : 'See that the folder exists and may be written to, or name another with `--to`.',
    exitCode: EXIT.record,
    cause,
  });
}

/** The archive was made, but the list beside the manifest could not be written. */
export function archiveNotRecorded(archive: string, file: string, cause: unknown): DeBuildError {
  return new DeBuildError({
    code: 'archive-not-recorded',
    what: `The archive ${archive} was made and not recorded.`,
    why: `${file} could not be written (${systemAnswer(cause)}), and \`restore\` only uses archives that stand in it.`,
    fix: 'See that the folder of manifests may be written to, then archive the release again; an archive that is there already is used.',
    exitCode: EXIT.record,
    cause,
  });
}

/** The list of archives beside a manifest. */
export function archiveListUnreadable(file: string, why: string): DeBuildError {
  return new DeBuildError({
    code: 'archive-list-unreadable',
    what: `The list of archives ${file} cannot be read.`,
    why: sentence(why),
    fix: `Restore it from git (\`git checkout -- ${file}\`), or update de-build if a newer one wrote it.`,
    exitCode: EXIT.record,
  });
}

/** The tag of that version in the registry names something else. */
export function registryTagTaken(reference: string, digest: string): DeBuildError {
  return new DeBuildError({
    code: 'registry-tag-taken',
    what: `${reference} was not pushed.`,
    why: `The registry has another image by that name (${digest}); a version names one image for good.`,
    fix: 'Push to another name; or replace it with `--force`, and it stays there by its digest only.',
    exitCode: EXIT.conflict,
  });
}
