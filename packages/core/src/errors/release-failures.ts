import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import type { Finding } from './finding.ts';

/** The site did not pass its checks; the findings themselves were reported as events. */
export function checksFailed(errors: number, warnings: number): DeBuildError {
  const counted = errors === 1 ? '1 problem stands' : `${errors} problems stand`;
  return new DeBuildError({
    code: 'checks-failed',
    what: 'The release was refused before anything was changed.',
    why: `${counted} in its way${warnings === 0 ? '' : `, besides ${warnings} warning${warnings === 1 ? '' : 's'}`}.`,
    fix: 'Mend what is listed above, then run `de-build check` until it passes.',
    exitCode: EXIT.checks,
  });
}

/** Stopped by the user before, between or after the build's own steps. */
export function releaseInterrupted(): DeBuildError {
  return new DeBuildError({
    code: 'release-interrupted',
    what: 'The release was interrupted.',
    why: 'It was asked to stop before it had finished; nothing was tagged and nothing was recorded.',
    fix: 'Run `de-build` again; finished steps come from the build cache.',
    exitCode: EXIT.interrupted,
  });
}

/** Somebody else tagged the version between the check and the tagging. */
export function tagTakenMeanwhile(reference: string, imageId: string): DeBuildError {
  return new DeBuildError({
    code: 'image-tag-taken-meanwhile',
    what: `${reference} was not tagged.`,
    why: `Another image (${imageId}) got that tag while this one was being built.`,
    fix: 'Find out which of the two is wanted, `de-build bump patch`, and release again.',
    exitCode: EXIT.conflict,
  });
}

/** The release could not be recorded, and then the engine did not take its tag back. */
export function tagNotTakenBack(reference: string, cause: unknown, undoCause: unknown): DeBuildError {
  const said = (error: unknown) => (error instanceof DeBuildError ? error.what : 'An unforeseen error came.');
  return new DeBuildError({
    code: 'tag-not-taken-back',
    what: `${reference} has its tag, and no record.`,
    why: `It could not be recorded (${said(cause)}), and its tag could not be taken back (${said(undoCause)}).`,
    fix: `Once the engine answers, take the tag away with \`docker image rm ${reference}\`; then run \`de-build\` again: the build comes from the cache.`,
    exitCode: EXIT.record,
    cause,
  });
}

/** `--build-arg` without a name or a value. */
export function badBuildArg(): DeBuildError {
  return new DeBuildError({
    code: 'build-arg-malformed',
    what: 'A `--build-arg` is not of the form NAME=VALUE.',
    why: 'A build arg needs the name of an ARG of the Containerfile and a value.',
    fix: 'Write it as `--build-arg PYTHON_VERSION=3.11.9`.',
    exitCode: EXIT.usage,
  });
}

/** The engine has an image with the tag that the release would give. */
export function imageTagTaken(
  reference: string,
  holder: { readonly id: string; readonly createdAt: string },
): Finding {
  return {
    id: 'image-tag-taken',
    severity: 'error',
    what: `The tag ${reference} exists already.`,
    why: `Image ${holder.id.replace(/^sha256:/, '').slice(0, 12)} got it on ${holder.createdAt.slice(0, 10)}; a version names one image for good.`,
    fix: 'Run `de-build bump patch`; or, to release this version again, `--force` (the old image keeps a tag of its own).',
  };
}

/** The Containerfile can't be built by the only builder that the engine offers. */
export function containerfileNeedsBuildKit(
  path: string,
  needs: { readonly line: number; readonly what: string },
  engineVersion: string,
): Finding {
  return {
    id: 'containerfile-needs-buildkit',
    severity: 'error',
    what: `${path} needs BuildKit (${needs.what}), which this engine does not offer.`,
    why: `Engine ${engineVersion} builds with the classic builder only.`,
    fix: 'Update the Docker Engine to 20.10 or later.',
    file: path,
    line: needs.line,
  };
}

/** Less room than a build needs. */
export function diskAlmostFull(
  folder: string,
  bytes: { readonly free: number; readonly wanted: number },
): Finding {
  return {
    id: 'disk-almost-full',
    severity: 'error',
    what: `There is too little room in ${folder}.`,
    why: `${megabytes(bytes.free)} are free and ${megabytes(bytes.wanted)} are wanted.`,
    fix: 'Free some with `de-build prune`, or change `minimumFreeDisk` in de-build.json.',
  };
}

function megabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.floor(bytes / 1e6)} MB`;
}

/** `show` without a version, before the first release. */
export function noReleaseRecorded(folder: string): DeBuildError {
  return new DeBuildError({
    code: 'no-release-recorded',
    what: 'There is no release to show.',
    why: `${folder} holds no manifest that can be read.`,
    fix: 'Release the site with `de-build`; `de-build list` names records that could not be read.',
    exitCode: EXIT.record,
  });
}

/** `bump` where there is nothing to bump. */
export function siteVersionMissing(file: string, key: string): DeBuildError {
  return new DeBuildError({
    code: 'site-version-missing',
    what: 'There is no site version to bump.',
    why: `${file} cannot be read or sets no ${key}.`,
    fix: `Add a line such as \`${key}=1.0.0\` to ${file}; \`de-build check\` says what else is wrong with it.`,
    exitCode: EXIT.checks,
  });
}

/** A check was to be left out that there is not. */
export function checkUnknown(
  id: string,
  known: readonly string[],
  nearest: string | undefined,
): DeBuildError {
  return new DeBuildError({
    code: 'check-unknown',
    what: `There is no check ${JSON.stringify(id)}.`,
    why: `The checks are ${known.join(', ')}.`,
    fix: nearest === undefined ? 'Name one of them.' : `Write \`--skip ${nearest}\`.`,
    exitCode: EXIT.usage,
  });
}

/** `--keep-storage` or `--older-than` with a value that is none. */
export function badPruneLimit(option: string, example: string): DeBuildError {
  return new DeBuildError({
    code: 'prune-limit-malformed',
    what: `The value of \`${option}\` cannot be read.`,
    why: 'It takes a number and a unit.',
    fix: `Write it as \`${option} ${example}\`.`,
    exitCode: EXIT.usage,
  });
}

/** A sensitive value that the redactor can't take out of output: it is too short to be told from ordinary text. */
export function secretTooShort(key: string, file: string, line: number | undefined): Finding {
  return {
    id: 'secret-too-short',
    severity: 'note',
    what: `${key} is too short to be kept out of what is printed.`,
    why: 'A value of fewer than six characters stands in ordinary text by chance, so it is not redacted.',
    fix: `Give ${key} a longer value.`,
    file,
    subject: key,
    ...(line === undefined ? {} : { line }),
  };
}

/** `--frozen` where the build would clone from the hosts, at whatever their refs point at now. */
export function frozenNeedsMirror(obstacle: string): DeBuildError {
  return new DeBuildError({
    code: 'frozen-needs-mirror',
    what: 'The recorded commits cannot be built here.',
    why: `Only the mirror serves a build a commit that its ref has left. ${obstacle}`,
    fix: 'Build on the machine that the engine runs on, with `tokenDelivery` at `auto`, or leave `--frozen` out.',
    exitCode: EXIT.usage,
  });
}

/** An app comes over ssh where the build would clone it from its host. */
export function sshNeedsMirror(apps: readonly string[], obstacle: string): DeBuildError {
  return new DeBuildError({
    code: 'ssh-needs-mirror',
    what: `${apps.join(', ')} ${apps.length === 1 ? 'comes' : 'come'} over ssh, which a build cannot fetch from.`,
    why: `A build has no ssh key; only the mirror serves it what this machine fetched. ${obstacle}`,
    fix: 'Build on the machine that the engine runs on, with `tokenDelivery` at `auto`, or write an https URL with a token.',
    exitCode: EXIT.checks,
  });
}

/** `--frozen` before the first release. */
export function nothingRecorded(): Finding {
  return {
    id: 'frozen-without-record',
    severity: 'error',
    what: 'There is no recorded release whose commits could be taken.',
    why: 'With `--frozen` the commits come from the newest manifest.',
    fix: 'Leave `--frozen` out; this release will be the first record.',
  };
}

/** `--frozen`, and an app that the newest record does not have. */
export function appNotRecorded(
  app: string,
  version: string,
  place: { readonly file: string; readonly line?: number },
): Finding {
  return {
    id: 'app-not-recorded',
    severity: 'error',
    what: `${app} is not in the record of ${version}, or came from another repository then.`,
    why: 'With `--frozen` every commit comes from that record.',
    fix: `Leave \`--frozen\` out, or take ${app} out of apps.json.`,
    subject: app,
    ...place,
  };
}
