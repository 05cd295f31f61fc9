import { DeBuildError, type ListedLeak } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';

/** `sites/apps.json`, which bench writes, is not in the image. */
export function imageWithoutBench(imageId: string, file: string): DeBuildError {
  return verifyFailure('image-without-bench', {
    what: `The image ${shortId(imageId)} contains no bench.`,
    why: `The image has no ${file}, which bench writes.`,
    fix: 'Set `benchFolder` in de-build.json to the folder of the bench in the image, and build the stage that contains it.',
  });
}

export function imageAppsUnreadable(imageId: string, file: string, reason: string): DeBuildError {
  return verifyFailure('image-apps-unreadable', {
    what: `${file} of the image ${shortId(imageId)} cannot be parsed.`,
    why: reason,
    fix: 'Check which step of the Containerfile writes that file; bench writes a JSON object with an entry for each app.',
  });
}

/** The output of `docker save` is malformed. */
export function imageFilesUnreadable(image: string, reason: string, cause?: unknown): DeBuildError {
  return verifyFailure('image-files-unreadable', {
    what: `The files of the image ${image.startsWith('sha256:') ? shortId(image) : image} cannot be read.`,
    why: `The output of \`docker save\` is malformed. ${reason}`,
    fix: 'Try `docker save` with this image, and free space on the disk of the engine: it needs room for a copy of the image.',
    cause,
  });
}

export interface MissingApp {
  readonly app: string;
  readonly ref: string;
  readonly plannedCommit: string;
}

/** Apps of the plan that the image lacks, although its build succeeded. */
export function imageAppsMissing(missing: readonly MissingApp[], hasAnyPlanned: boolean): DeBuildError {
  const names = missing.map(({ app }) => app).join(', ');
  const lines = missing.map(({ app, ref, plannedCommit }) => `${app} (${ref}, ${plannedCommit})`);
  return verifyFailure('image-apps-missing', {
    what: `The build succeeded, but the image lacks the ${missing.length === 1 ? 'app' : 'apps'} ${names}.`,
    why: `${listed(lines)} ${missing.length === 1 ? 'was' : 'were'} planned but not installed. ${
      hasAnyPlanned
        ? 'Probably the step that installs apps came from a cache of a build with fewer apps, or installs only some of them.'
        : 'Probably the Containerfile expects its apps in the other dialect (the build arg APPS_JSON_BASE64, or the secret apps_json), and installs none without them.'
    }`,
    fix: hasAnyPlanned
      ? 'Run it again with --no-cache, and check the step that runs `bench init` or `bench get-app`.'
      : 'Check the step of the Containerfile that runs `bench init`: it must read /opt/frappe/apps.json, written from the build arg or mounted as the secret.',
  });
}

export interface OtherCommit {
  readonly app: string;
  readonly ref: string;
  readonly plannedCommit: string;
  /** `undefined` when the image records none. */
  readonly foundCommit: string | undefined;
}

/** Apps that are in the image at another commit than planned. */
/** The builder made an image for another platform than it was told. */
export function imagePlatformDiffers(platform: string, wanted: string): DeBuildError {
  return verifyFailure('image-platform-differs', {
    what: `The image is for ${platform}, not for ${wanted}.`,
    why: 'Its base image exists for that platform only, or the engine took one that it had.',
    fix: `Remove the base image from the engine, so that the one for ${wanted} is pulled, or use a base image that exists for it.`,
  });
}

export function imageAppsDiffer(others: readonly OtherCommit[]): DeBuildError {
  const names = others.map(({ app }) => app).join(', ');
  const lines = others.map(
    ({ app, ref, plannedCommit, foundCommit }) =>
      `${app} (${ref}): planned ${plannedCommit}, ${foundCommit === undefined ? 'no commit recorded in the image' : `in the image ${foundCommit}`}`,
  );
  const isUnrecorded = others.every(({ foundCommit }) => foundCommit === undefined);
  return verifyFailure('image-apps-differ', {
    what: `The image has ${others.length === 1 ? 'another commit' : 'other commits'} of ${names} than planned.`,
    why: `${lines.join('; ')}. ${
      isUnrecorded
        ? 'Probably bench did not clone it from git.'
        : 'Probably a ref changed during the build, or the step that installs apps came from an older cache.'
    }`,
    fix: isUnrecorded
      ? 'Install the app with `bench init --apps_path` or `bench get-app` in the Containerfile.'
      : 'Run it again; if that does not help, run it with --no-cache.',
  });
}

/** A leak, and how to keep its secret out of the next image. */
export interface RefusedLeak extends ListedLeak {
  /** It is the token of an app, which the build had in URLs. */
  readonly isInjected: boolean;
  /** As sentences. */
  readonly removals: readonly string[];
}

/** The audit found secrets in the image. */
export function imageLeaks(
  reference: string,
  leaks: readonly RefusedLeak[],
  {
    quarantine,
    isInRegistry,
  }: {
    readonly quarantine: string | undefined;
    /** It stays there, without a tag. */
    readonly isInRegistry: boolean;
  },
): DeBuildError {
  const secrets = listed(leaks.map(({ secret }) => secret));
  const it = leaks.length === 1 ? 'it' : 'them';
  const revoke =
    leaks.length === 1
      ? `Revoke the value of ${secrets} where it was made, create a new one, and put that into the env file.`
      : `Revoke the values of ${secrets} where they were made, create new ones, and put those into the env file.`;
  const kept =
    quarantine === undefined
      ? isInRegistry
        ? 'The image has no tag, and is still in its registry.'
        : 'The image was removed; `--keep-failed` keeps it for inspection.'
      : `The image is kept for inspection as ${quarantine}; never push it.`;
  const removals = leaks.flatMap((leak) => (leak.isInjected ? [INJECTED] : leak.removals));
  return new DeBuildError({
    code: 'image-leaks',
    what: `${reference} was not released: its image contains ${secrets}.`,
    why: `The audit found ${leaks.map(describeLeak).join('; ')}. Anyone who gets the image can read ${it}, and the build cache contains ${it} too. ${kept}`,
    fix: `${revoke} ${[...new Set(removals)].join(' ')} With \`audit: "warn"\` in de-build.json, such an image is released nevertheless.`,
    exitCode: EXIT.leak,
    leaks: leaks.map(({ secret, places, omitted }) => ({ secret, places, omitted })),
  });
}

const INJECTED = 'Build with `tokenDelivery: sources`, so that no step of the build has the token of an app.';

function describeLeak({ secret, places: [worst, ...others], omitted }: ListedLeak): string {
  const more = others.length + omitted;
  return `${secret} in ${worst}${more === 0 ? '' : ` and ${more} more ${more === 1 ? 'place' : 'places'}`}`;
}

/** `image` in de-build.json is wrong, and its default is another image. */
export function imageUnnamed(): DeBuildError {
  return new DeBuildError({
    code: 'image-unnamed',
    what: 'The image of the site is unknown.',
    why: '`image` in de-build.json is wrong, or the file cannot be read.',
    fix: 'Correct it: `de-build check` says what is wrong. Or name the image to audit.',
    exitCode: EXIT.checks,
  });
}

export function imageToAuditMissing(asked: string): DeBuildError {
  return new DeBuildError({
    code: 'image-to-audit-missing',
    what: `This engine has no image ${asked}.`,
    why: 'It is neither a version of the site on this engine nor the name or id of another image.',
    fix: 'Choose an image from `docker image ls`, or name the engine that has it with `--host`; `de-build restore VERSION` brings back the image of a recorded release.',
    exitCode: EXIT.engine,
  });
}

function listed(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

function shortId(imageId: string): string {
  return imageId.replace(/^sha256:/, '').slice(0, 12);
}

function verifyFailure(
  code: string,
  words: { readonly what: string; readonly why: string; readonly fix: string; readonly cause?: unknown },
): DeBuildError {
  return new DeBuildError({ code, exitCode: EXIT.verify, ...words });
}
