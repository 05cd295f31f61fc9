import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import { sentence } from './sentence.ts';

/** It was not sent to the engine. */
export function archiveDamaged(path: string, why: string): DeBuildError {
  return new DeBuildError({
    code: 'archive-damaged',
    what: `The archive ${path} is not the one that was recorded.`,
    why: `${sentence(why)} It was not sent to the engine.`,
    fix: 'Copy it again from a backup, and restore with `--from FOLDER`.',
    exitCode: EXIT.verify,
  });
}

/** A method succeeded, and the engine still lacks the recorded image. */
export function restoredOtherImage(from: string, imageId: string): DeBuildError {
  return new DeBuildError({
    code: 'restored-image-differs',
    what: `${from} did not restore the image.`,
    why: `The engine still has no image with the recorded id ${imageId}, and none with the same layers under another id.`,
    fix: 'Use another archive of that release.',
    exitCode: EXIT.verify,
  });
}

export function restoreTagHeld(reference: string, holderId: string): DeBuildError {
  return new DeBuildError({
    code: 'restore-tag-held',
    what: `${reference} was not restored.`,
    why: `Another image (${holderId}) has that tag on this engine.`,
    fix: 'Find out what that image is. With `--force` it is kept under another tag, and the release gets its tag back.',
    exitCode: EXIT.conflict,
  });
}

/** `from` is an archive, a registry or another source. */
export function releaseNotRestorable(
  reference: string,
  tried: readonly { readonly from: string; readonly why: string }[],
): DeBuildError {
  return new DeBuildError({
    code: 'release-not-restorable',
    what: `${reference} could not be restored.`,
    why: `Every method failed. ${tried.map(({ from, why }) => `${from}: ${sentence(why)}`).join(' ')}`,
    fix: 'Find another copy of its archive and name its folder with `--from`, or use an engine that still has the image (`--host`) and run `de-build archive` there.',
    exitCode: EXIT.record,
  });
}

/** The rebuilt image has the same files and another id. */
export function restoredEquivalentOnly(reference: string, tag: string, proof: string): DeBuildError {
  return new DeBuildError({
    code: 'restored-equivalent-only',
    what: `${reference} was not restored; it was rebuilt as ${tag}.`,
    why: `${sentence(proof)} It is not the recorded image, so it did not get the tag of the release.`,
    fix: `Use ${tag}; or run it again with \`--accept-equivalent\`, which gives it that tag and records it.`,
    exitCode: EXIT.different,
  });
}

export function restoredDifferent(reference: string, proof: string): DeBuildError {
  return new DeBuildError({
    code: 'restored-different',
    what: `${reference} was not restored; a rebuild differs from it.`,
    why: sentence(proof),
    fix: 'Run `de-build rebuild` for that release: it keeps the image under its own tag, and shows what differs.',
    exitCode: EXIT.different,
  });
}
