import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import { sentence } from './sentence.ts';

/** The manifest contradicts itself or its companions. */
export function manifestEdited(file: string, disagreements: readonly string[]): DeBuildError {
  return new DeBuildError({
    code: 'manifest-edited',
    what: `${file} was changed after the release.`,
    why: `${disagreements.map(sentence).join(' ')} It was edited by hand, or is damaged.`,
    fix: `Restore it from git: \`git checkout -- ${file}\`.`,
    exitCode: EXIT.record,
  });
}

/** Neither the site's repository nor its folder has the recorded Containerfile. */
export function rebuildFilesDiffer(
  release: string,
  found: { readonly path: string; readonly recorded: string; readonly reasons: readonly string[] },
): DeBuildError {
  return new DeBuildError({
    code: 'rebuild-files-differ',
    what: `The ${found.path} that ${release} was built from is not available.`,
    why: `${found.reasons.map(sentence).join(' ')} The recorded digest is ${found.recorded}.`,
    fix: "Fetch the commit into the site's repository, or restore the file; or build with the current one and see what differs: `--inexact`.",
    exitCode: EXIT.checks,
  });
}

export function siteCheckoutFailed(commit: string, output: string): DeBuildError {
  return new DeBuildError({
    code: 'site-checkout-failed',
    what: `git could not check out the site's commit ${commit}.`,
    why: 'The rebuild takes its Containerfile and context from there, in a folder below .de-build.',
    fix: 'See what git printed; free some disk space if the disk is full.',
    exitCode: EXIT.record,
    output,
  });
}

/** `why` says where the base image was searched for. */
export function rebuildBaseGone(reference: string, digest: string, why: string): DeBuildError {
  return new DeBuildError({
    code: 'rebuild-base-image-gone',
    what: `The recorded base image ${reference} is not available.`,
    why: `Its digest is ${digest}. ${sentence(why)}`,
    fix: 'Load it from a machine that has it (`docker save`, `docker load`), or restore the release from an archive; or build on the image that has that name now and see what differs: `--inexact`.',
    exitCode: EXIT.engine,
  });
}

export function rebuildBaseUnknown(reference: string): DeBuildError {
  return new DeBuildError({
    code: 'rebuild-base-image-unknown',
    what: `The record does not say which ${reference} the release was built from.`,
    why: 'The builder did not report it, and the image was not on the engine before the build.',
    fix: 'Build on the image that has that name now and see what differs: `--inexact`.',
    exitCode: EXIT.record,
  });
}

export function rebuildArgMissing(name: string): DeBuildError {
  return new DeBuildError({
    code: 'rebuild-build-arg-missing',
    what: `The build arg ${name} of the release has no value.`,
    why: 'It is sensitive, so its value is not recorded, and neither .env nor de-build.json sets it now.',
    fix: `Set ${name} where the release had it: in .env, or in \`buildArgs\` of de-build.json.`,
    exitCode: EXIT.checks,
  });
}

/** `--replace` or `--accept-equivalent` for a record that was itself moved aside. */
export function rebuildReplacesAside(release: string): DeBuildError {
  return new DeBuildError({
    code: 'rebuild-of-replaced-record',
    what: `${release} cannot be replaced by a rebuild.`,
    why: 'That record was moved aside when its version was released again; the version now names the later release.',
    fix: 'Leave out `--replace` and `--accept-equivalent`: the image then gets its own tag.',
    exitCode: EXIT.usage,
  });
}
