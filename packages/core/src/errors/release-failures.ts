import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';

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
