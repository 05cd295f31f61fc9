import { DeBuildError } from './de-build-error.ts';
import { failure } from './engine-failures.ts';
import { EXIT } from './exit-codes.ts';
import type { Finding } from './finding.ts';
import { sentence } from './sentence.ts';
import { systemAnswer, systemCode } from './system-answer.ts';

/** The engine took an archive and says that it can't make an image of it. */
export function imageNotLoaded(reason: string): DeBuildError {
  return failure('image-not-loaded', {
    what: 'The Docker Engine did not load the image.',
    why: `It says: ${sentence(reason)}`,
    fix: /no space left/i.test(reason)
      ? 'Make room on the disk that holds the engine: `de-build prune`, `docker image prune`.'
      : 'Use an engine that is no older than the one that saved the image, or another copy of it.',
  });
}

/** A registry does not let an image in or out, or does not have it. */
export function registryRefused(host: string, reference: string, reason: string): DeBuildError {
  return failure('registry-refused', {
    what: `The registry ${host} refused ${reference}.`,
    why: `It says: ${sentence(reason)}`,
    fix: `Check the name, log in with \`docker login ${host}\`, and see that the account may use that repository.`,
  });
}

export function registryUnreachable(host: string, reference: string, reason: string): DeBuildError {
  return failure('registry-unreachable', {
    what: `The engine cannot reach the registry ${host} for ${reference}.`,
    why: `It says: ${sentence(reason)}`,
    fix: "Check the name and the network of the machine that the engine runs on; a registry without TLS must stand among the engine's `insecure-registries`.",
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

/** An archive's bytes are not those that were recorded. Nothing of it went to the engine. */
export function archiveDamaged(path: string, why: string): DeBuildError {
  return new DeBuildError({
    code: 'archive-damaged',
    what: `The archive ${path} is not the one that was recorded.`,
    why: `${sentence(why)} It was not given to the engine.`,
    fix: 'Copy it anew from a backup, and restore with `--from FOLDER`.',
    exitCode: EXIT.verify,
  });
}

/** A means ended well, and the engine still has no image that is the recorded one. */
export function restoredOtherImage(from: string, imageId: string): DeBuildError {
  return new DeBuildError({
    code: 'restored-image-differs',
    what: `${from} did not bring the image back.`,
    why: `After it the engine has no image with the recorded id ${imageId}, and none of its layers by another id.`,
    fix: 'Use another archive of that release.',
    exitCode: EXIT.verify,
  });
}

/** The tag belongs to another image on this engine. */
export function restoreTagHeld(reference: string, holderId: string): DeBuildError {
  return new DeBuildError({
    code: 'restore-tag-held',
    what: `${reference} was not restored.`,
    why: `That tag names another image (${holderId}) on this engine, and no tag is taken silently.`,
    fix: 'Find out what that image is; with `--force` it keeps a tag of its own, and the release gets its tag back.',
    exitCode: EXIT.conflict,
  });
}

/** No means was left. `tried` are sentences. */
export function releaseNotRestorable(
  reference: string,
  tried: readonly { readonly means: string; readonly why: string }[],
): DeBuildError {
  return new DeBuildError({
    code: 'release-not-restorable',
    what: `${reference} could not be brought back.`,
    why: `Every means was tried. ${tried.map(({ means, why }) => `${means}: ${sentence(why)}`).join(' ')}`,
    fix: 'Look for another copy of its archive and name its folder with `--from`, or use an engine that still has the image (`--host`) and run `de-build archive` there.',
    exitCode: EXIT.record,
  });
}

/** apps.json, de-build.json or a placeholder in them can't be made sense of. */
export function appsNotUnderstood({ what, why, file, line }: Finding): DeBuildError {
  const place = file === undefined ? '' : ` (${file}${line === undefined ? '' : `:${line}`})`;
  return new DeBuildError({
    code: 'apps-not-understood',
    what: "It cannot be said what the site's apps are.",
    why: `${sentence(`${what}${place}`)} ${why}`,
    fix: 'Run `de-build check`, and mend what it finds.',
    exitCode: EXIT.checks,
  });
}
