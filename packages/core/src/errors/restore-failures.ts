import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import { sentence } from './sentence.ts';

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

/** `restore` built it anew; the files agree, and it is another image all the same. */
export function restoredEquivalentOnly(reference: string, tag: string, proof: string): DeBuildError {
  return new DeBuildError({
    code: 'restored-equivalent-only',
    what: `${reference} is not back; it was built anew as ${tag}.`,
    why: `${sentence(proof)} It is another image than the recorded one, and takes no tag silently.`,
    fix: `Use ${tag}; or run it again with \`--accept-equivalent\`, which gives it the release's tag and records it.`,
    exitCode: EXIT.different,
  });
}

/** `restore` built it anew, and it is not what was released. */
export function restoredDifferent(reference: string, proof: string): DeBuildError {
  return new DeBuildError({
    code: 'restored-different',
    what: `${reference} could be built anew, but not as it was.`,
    why: sentence(proof),
    fix: 'Run `de-build rebuild` for that release: it keeps what it builds under a tag of its own, and tells what differs.',
    exitCode: EXIT.different,
  });
}
