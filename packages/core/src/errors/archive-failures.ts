import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import { sentence } from './sentence.ts';
import { systemAnswer, systemCode } from './system-answer.ts';

/** `--to` of `archive` is neither a folder nor a registry's repository. */
export function badArchiveDestination(text: string, why: string): DeBuildError {
  return new DeBuildError({
    code: 'archive-destination-malformed',
    what: `${JSON.stringify(text)} is not a destination for an archive.`,
    why,
    fix: 'Name a folder, such as `--to /mnt/backup`, or a repository in a registry, such as `--to registry.example.com/acme/erp`.',
    exitCode: EXIT.usage,
  });
}

export function releaseImageMissing(reference: string, imageId: string): DeBuildError {
  return new DeBuildError({
    code: 'release-image-missing',
    what: `The image of ${reference} is not on this engine.`,
    why: `The engine has no image with the recorded id ${imageId}.`,
    fix: 'Run `de-build restore` for that release first, or use the engine that has it (`--host`).',
    exitCode: EXIT.engine,
  });
}

export function archiveFileTaken(path: string): DeBuildError {
  return new DeBuildError({
    code: 'archive-file-taken',
    what: `The archive was not written to ${path}.`,
    why: 'A file of that name exists and is not this archive: it is damaged, or someone put it there.',
    fix: 'Move it away, or choose another folder with `--to`.',
    exitCode: EXIT.conflict,
  });
}

/** @param platforms that the engine does not have */
export function archiveIncomplete(reference: string, platforms: readonly string[]): DeBuildError {
  return new DeBuildError({
    code: 'archive-incomplete',
    what: `${reference} is not archived: the engine has it without ${platforms.join(' and ')}.`,
    why: 'An archive is the whole image of a release, and this one was released for more platforms.',
    fix: 'Archive it on the engine that released it; or remove the image there and run `de-build restore`, with an archive or a rebuild.',
    exitCode: EXIT.engine,
  });
}

export function archiveFolderMissing(folder: string): DeBuildError {
  return new DeBuildError({
    code: 'archive-folder-missing',
    what: `There is no folder ${folder}.`,
    why: 'The disk that it is on may not be mounted, or the path is mistyped.',
    fix: 'Mount the disk, correct the path, or make the folder with `--mkdir`. A repository of Docker Hub is written `docker.io/NAME`.',
    exitCode: EXIT.usage,
  });
}

export function archiveNotWritten(path: string, cause: unknown): DeBuildError {
  const code = systemCode(cause);
  return new DeBuildError({
    code: 'archive-not-written',
    what: `The archive could not be written to ${path}.`,
    why: `The system answered ${systemAnswer(cause)}. No partial archive was left.`,
    fix:
      code === 'ENOSPC' || code === 'EDQUOT'
        ? 'Free some disk space there, or choose another folder with `--to`.'
        : 'Check that the folder exists and can be written to, or choose another with `--to`.',
    exitCode: EXIT.record,
    cause,
  });
}

/** The list next to the manifest could not be written. */
export function archiveNotRecorded(archive: string, file: string, cause: unknown): DeBuildError {
  return new DeBuildError({
    code: 'archive-not-recorded',
    what: `The archive ${archive} was made but not recorded.`,
    why: `${file} could not be written (${systemAnswer(cause)}), and \`restore\` only uses archives that it lists.`,
    fix: 'Check that the folder of manifests can be written to, then archive the release again; an existing archive is reused.',
    exitCode: EXIT.record,
    cause,
  });
}

export function archiveListUnreadable(file: string, why: string): DeBuildError {
  return new DeBuildError({
    code: 'archive-list-unreadable',
    what: `The list of archives ${file} cannot be read.`,
    why: sentence(why),
    fix: `Restore it from git (\`git checkout -- ${file}\`), or update de-build if a newer one wrote it.`,
    exitCode: EXIT.record,
  });
}

export function registryTagTaken(reference: string, digest: string): DeBuildError {
  return new DeBuildError({
    code: 'registry-tag-taken',
    what: `${reference} was not pushed.`,
    why: `The registry has another image under that name (${digest}), and a version always names the same image.`,
    fix: 'Push to another name, or replace it with `--force`; the old image then keeps its digest only.',
    exitCode: EXIT.conflict,
  });
}

/** The engine pushes an image by a name, which another image has. */
export function pushNameHeld(name: string, holderId: string): DeBuildError {
  return new DeBuildError({
    code: 'push-name-held',
    what: `${name} was not pushed.`,
    why: `Another image (${holderId}) has that name on this engine, and an engine pushes by name.`,
    fix: `Find out what that image is, and give it another name: \`docker tag ${name} OTHER && docker rmi ${name}\`.`,
    exitCode: EXIT.conflict,
  });
}

/** A dry run copies nothing. @param endpoint of the engine that has it */
export function releaseImageElsewhere(reference: string, endpoint: string): DeBuildError {
  return new DeBuildError({
    code: 'release-image-elsewhere',
    what: `The image of ${reference} is not on this engine yet.`,
    why: `It is on ${endpoint}. A deployment copies it from there first; a dry run changes nothing, and the patches are read from the image.`,
    fix: 'Deploy without `--dry-run`; or copy the image first, with `docker save` there and `docker load` here.',
    exitCode: EXIT.engine,
  });
}
