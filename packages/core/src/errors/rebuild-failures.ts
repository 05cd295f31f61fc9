import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import { sentence } from './sentence.ts';

/** What a manifest says does not go together with what else it says, or with what was written beside it. */
export function manifestEdited(file: string, disagreements: readonly string[]): DeBuildError {
  return new DeBuildError({
    code: 'manifest-edited',
    what: `${file} is not what was recorded.`,
    why: `${disagreements.map(sentence).join(' ')} It was edited by hand, or damaged, after the release.`,
    fix: `Restore it from git: \`git checkout -- ${file}\`.`,
    exitCode: EXIT.record,
  });
}

/** The Containerfile of the release can't be had: neither from the site's repository nor from its folder. */
export function rebuildFilesDiffer(
  release: string,
  found: { readonly path: string; readonly recorded: string; readonly reasons: readonly string[] },
): DeBuildError {
  return new DeBuildError({
    code: 'rebuild-files-differ',
    what: `The ${found.path} that ${release} was built from is not to be had.`,
    why: `${found.reasons.map(sentence).join(' ')} Recorded is the digest ${found.recorded}.`,
    fix: "Fetch the commit into the site's repository, or put the file back as it was; or build with the one that is there and see what differs: `--inexact`.",
    exitCode: EXIT.checks,
  });
}

/** Checking out a commit of the site's repository failed. */
export function siteCheckoutFailed(commit: string, output: string): DeBuildError {
  return new DeBuildError({
    code: 'site-checkout-failed',
    what: `git could not write out the site's commit ${commit}.`,
    why: 'The rebuild takes its Containerfile and context from there, in a folder of its own below .de-build.',
    fix: 'Look at what git says; make room on the disk if that is what is missing.',
    exitCode: EXIT.record,
    ...(output === '' ? {} : { output }),
  });
}

/** A base image whose recorded digest is neither on the engine nor in its registry. `why` says where it was looked for. */
export function rebuildBaseGone(reference: string, digest: string, why: string): DeBuildError {
  return new DeBuildError({
    code: 'rebuild-base-image-gone',
    what: `The base image ${reference} is not to be had as it was.`,
    why: `Recorded is ${digest}. ${sentence(why)}`,
    fix: 'Load it from a machine that has it (`docker save`, `docker load`), or restore the release from an archive; or build on what that name means now and see what differs: `--inexact`.',
    exitCode: EXIT.engine,
  });
}

/** The record does not say which base image it was. */
export function rebuildBaseUnknown(reference: string): DeBuildError {
  return new DeBuildError({
    code: 'rebuild-base-image-unknown',
    what: `The record does not say which ${reference} the release was built on.`,
    why: 'The builder did not tell, and the image was not on the engine before the build.',
    fix: 'Build on what that name means now and see what differs: `--inexact`.',
    exitCode: EXIT.record,
  });
}

/** The value of a sensitive build arg is in no record, and not in the site's files any more. */
export function rebuildArgMissing(name: string): DeBuildError {
  return new DeBuildError({
    code: 'rebuild-build-arg-missing',
    what: `The release was built with a ${name} that is not to be had.`,
    why: 'It is sensitive, so the record does not hold it; and neither .env nor de-build.json gives one today.',
    fix: `Set ${name} where the release had it: in .env, or among \`buildArgs\` of de-build.json.`,
    exitCode: EXIT.checks,
  });
}

/** Only the mirror serves commits that their refs have left. */
export function rebuildNeedsMirror(obstacle: string): DeBuildError {
  return new DeBuildError({
    code: 'rebuild-needs-mirror',
    what: 'The recorded commits cannot be built here.',
    why: `Only the mirror serves a build a commit that its ref has left. ${sentence(obstacle)}`,
    fix: 'Rebuild on the machine that the engine runs on.',
    exitCode: EXIT.usage,
  });
}

/** `--replace` or `--accept-equivalent` of a record that was moved aside itself. */
export function rebuildReplacesAside(release: string): DeBuildError {
  return new DeBuildError({
    code: 'rebuild-of-replaced-record',
    what: `${release} cannot be replaced by what is built anew.`,
    why: 'That record was moved aside when its version was released once more; the version itself is another release now.',
    fix: 'Leave `--replace` or `--accept-equivalent` out: the image gets a tag of its own.',
    exitCode: EXIT.usage,
  });
}
