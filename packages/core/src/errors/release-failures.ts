import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import type { Finding } from './finding.ts';

/** At least one of the findings is an error. */
export function checksFailed(findings: readonly Finding[]): DeBuildError {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.filter(({ severity }) => severity === 'warning').length;
  const found = [counted(errors, 'error'), ...(warnings === 0 ? [] : [counted(warnings, 'warning')])];
  return new DeBuildError({
    code: 'checks-failed',
    what: 'The checks failed, so nothing was changed.',
    why: `They found ${found.join(' and ')}.`,
    fix: 'Fix the errors, then run `de-build check` until it passes.',
    exitCode: EXIT.checks,
    findings,
  });
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `--frozen` where the build would clone from the hosts. */
export function frozenNeedsSources(): DeBuildError {
  return new DeBuildError({
    code: 'frozen-needs-mirror',
    what: 'The recorded commits cannot be built here.',
    why: 'With `tokenDelivery: inject` the build clones from the git hosts, where a branch may have moved.',
    fix: 'Set `tokenDelivery` to `auto`, or leave out `--frozen`.',
    exitCode: EXIT.usage,
  });
}

/** An app comes over ssh where the build would clone it from its host. */
export function sshNeedsSources(apps: readonly string[]): DeBuildError {
  return new DeBuildError({
    code: 'ssh-needs-mirror',
    what: `A build cannot clone ${apps.join(', ')} over ssh.`,
    why: 'With `tokenDelivery: inject` the build clones from the git hosts, and it has no ssh key.',
    fix: 'Set `tokenDelivery` to `auto`, or use an https URL with a token.',
    exitCode: EXIT.checks,
  });
}

/** With `--push` and `--force`: a run that dies while it pushes could lose the old image's name. */
export function pushReplacesLocal(reference: string): DeBuildError {
  return new DeBuildError({
    code: 'push-replaces-local',
    what: `${reference} cannot be replaced and pushed in one release.`,
    why: 'Another image has that version on this engine, and an engine pushes by name.',
    fix: 'Run `de-build bump next` and push the new version.',
    exitCode: EXIT.conflict,
  });
}

/** With `--push`. */
export function versionPushedBefore(reference: string, digest: string): DeBuildError {
  return new DeBuildError({
    code: 'version-pushed-before',
    what: `${reference} is in its registry already.`,
    why: `It names an image there (${digest}), and a version always names the same image.`,
    fix: 'Run `de-build bump next`, or replace it there with `--force`.',
    exitCode: EXIT.conflict,
  });
}

/** The engine cannot hold an image for several platforms. */
export function platformsMany(platforms: readonly string[], endpoint: string): DeBuildError {
  return new DeBuildError({
    code: 'platforms-many',
    what: `The engine at ${endpoint} cannot hold one image for ${platforms.join(' and ')}.`,
    why: "That takes Docker Engine 28.1 or later with containerd's image store, or a registry in the place of an engine.",
    fix: 'Set `"features": {"containerd-snapshotter": true}` in its daemon.json, or `push` and `builder` in de-build.json where no engine answers, or name one platform.',
    exitCode: EXIT.checks,
  });
}

/** Each is run by another node of the builder. */
export function platformsOnSeveralNodes(platforms: readonly string[]): DeBuildError {
  return new DeBuildError({
    code: 'platforms-on-several-nodes',
    what: `No node of the builder runs steps for all of ${platforms.join(', ')}.`,
    why: 'One node builds the whole image.',
    fix: 'Register emulation on one of them: `docker run --privileged --rm tonistiigi/binfmt --install all`.',
    exitCode: EXIT.checks,
  });
}

/** `known` are those that the builder can run. */
export function platformUnsupported(platform: string, known: readonly string[]): DeBuildError {
  return new DeBuildError({
    code: 'platform-unsupported',
    what: `The builder cannot run steps for ${platform}.`,
    why: `It runs ${known.join(', ')}.`,
    fix: 'Build on an engine of that platform, or register emulation on this one (`docker run --privileged --rm tonistiigi/binfmt --install all`). Or run the steps on the platform of the builder, with `FROM --platform=$BUILDPLATFORM`, and only copy in the last stage.',
    exitCode: EXIT.checks,
  });
}

/** The engine has no containerd image store, and no builder builds. */
export function cacheUnsupported(use: 'cacheFrom' | 'cacheTo', type: string, endpoint: string): DeBuildError {
  return new DeBuildError({
    code: 'cache-unsupported',
    what: `The engine at ${endpoint} cannot ${use === 'cacheTo' ? 'write' : 'read'} a cache of the type ${type}.`,
    why: "Without containerd's image store an engine writes only inline caches, and reads only those of registries.",
    fix: "Use `type=inline` with `push` and a registry, switch on containerd's image store in the engine's daemon.json, or build with a `builder`.",
    exitCode: EXIT.checks,
  });
}

export function cacheWouldHoldToken(type: string): DeBuildError {
  return new DeBuildError({
    code: 'cache-would-hold-token',
    what: `A cache of the type ${type} cannot be written with \`tokenDelivery\` \`inject\`.`,
    why: 'The build then has the token in its steps, and the cache has what every step wrote.',
    fix: 'Set `tokenDelivery` to `auto`, or leave out `cacheTo`.',
    exitCode: EXIT.checks,
  });
}

/** The engine takes sources only as a folder of the context, and the Containerfile copies from there. */
export function sourcesWouldBeCopied(
  file: string,
  { line, text }: { readonly line: number; readonly text: string },
): DeBuildError {
  return new DeBuildError({
    code: 'sources-would-be-copied',
    what: `${file}:${line} could copy the sources of private apps into the image: ${text}`,
    why: 'BuildKit of Docker Engine 20.10 knows only one build context, so the sources are a folder `.de-build-sources` in it while it builds.',
    fix: 'Copy files and folders by their names, or use Docker Engine 23 or later.',
    exitCode: EXIT.checks,
  });
}

/** The steps that clone get a git configuration of ours in place of the one that the same stage wrote. */
export function gitConfigHidden(file: string, line: number): DeBuildError {
  return new DeBuildError({
    code: 'git-config-hidden',
    what: `${file}:${line} writes /etc/gitconfig, which later steps of its stage would not see.`,
    why: 'Steps that clone private apps get another /etc/gitconfig, which includes that of the image that the stage is based on.',
    fix: 'Write it in a stage of its own, and base this one on it: `FROM … AS configured`, then `FROM configured AS builder`. Or use `git config --global`.',
    exitCode: EXIT.checks,
  });
}

/** Someone else tagged the version between the check and the tagging. */
/** @param imageId what has the tag instead; `undefined` when it was removed */
export function tagTakenMeanwhile(reference: string, imageId: string | undefined): DeBuildError {
  return new DeBuildError({
    code: 'image-tag-taken-meanwhile',
    what: `${reference} is not this release.`,
    why:
      imageId === undefined
        ? 'Another program removed the tag at the moment when it was given.'
        : `Another image (${imageId}) got that tag meanwhile.`,
    fix: 'Find out which of the two you want, run `de-build bump next`, and release again.',
    exitCode: EXIT.conflict,
  });
}

export function tagNotTakenBack(reference: string, cause: unknown, undoCause: unknown): DeBuildError {
  const said = (error: unknown) =>
    error instanceof DeBuildError ? error.what : 'An unexpected error occurred.';
  return new DeBuildError({
    code: 'tag-not-taken-back',
    what: `${reference} is tagged but not recorded.`,
    why: `The record could not be written (${said(cause)}), and the tag could not be removed (${said(undoCause)}).`,
    fix: `When the engine answers again, remove the tag with \`docker image rm ${reference}\`, then run \`de-build\` again; the build comes from the cache.`,
    exitCode: EXIT.record,
    cause,
  });
}
