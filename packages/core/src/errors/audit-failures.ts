import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';

/** `sites/apps.json`, which bench writes, is not in the image. */
export function imageWithoutBench(imageId: string, file: string): DeBuildError {
  return verifyFailure('image-without-bench', {
    what: `There is no bench in the image ${shortId(imageId)}.`,
    why: `bench writes ${file}, and the image does not hold that file.`,
    fix: 'Set the bench folder in de-build.json to where the Containerfile makes the bench, and build the stage that holds it.',
  });
}

export function imageAppsUnreadable(imageId: string, file: string, reason: string): DeBuildError {
  return verifyFailure('image-apps-unreadable', {
    what: `${file} of the image ${shortId(imageId)} cannot be understood.`,
    why: reason,
    fix: 'Look at what writes that file in the Containerfile; bench writes a JSON object with an entry for each app.',
  });
}

/** What `docker save` gave is not an image as it should be. */
export function imageFilesUnreadable(image: string, reason: string, cause?: unknown): DeBuildError {
  return verifyFailure('image-files-unreadable', {
    what: `The files of the image ${image.startsWith('sha256:') ? shortId(image) : image} cannot be read.`,
    why: `The engine gave it out, as \`docker save\` does. ${reason}`,
    fix: "See whether `docker save` works for it, and whether the engine's disk is full: it needs room for a copy of the image.",
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
    what: `The build succeeded, and the image lacks ${missing.length === 1 ? 'the app' : 'the apps'} ${names}.`,
    why: `${listed(lines)} ${missing.length === 1 ? 'was' : 'were'} planned and not installed. ${
      hasAnyPlanned
        ? 'Likely the step that installs apps came from a cache that was made with fewer apps, or installs only some of them.'
        : 'Likely the Containerfile takes its apps in the other dialect (a build arg APPS_JSON_BASE64, or the secret apps_json), and installs none when they come the wrong way.'
    }`,
    fix: hasAnyPlanned
      ? 'Run it again with --no-cache, and look at the step that runs `bench init` or `bench get-app`.'
      : 'Look at the step that runs `bench init` in the Containerfile: it must read /opt/frappe/apps.json, filled from the build arg or mounted as the secret.',
  });
}

export interface OtherCommit {
  readonly app: string;
  readonly ref: string;
  readonly plannedCommit: string;
  /** What the image says; `undefined` when it does not say. */
  readonly foundCommit: string | undefined;
}

/** Apps that are in the image at another commit than planned. */
export function imageAppsDiffer(others: readonly OtherCommit[]): DeBuildError {
  const names = others.map(({ app }) => app).join(', ');
  const lines = others.map(
    ({ app, ref, plannedCommit, foundCommit }) =>
      `${app} (${ref}): planned ${plannedCommit}, in the image ${foundCommit ?? 'no commit is recorded'}`,
  );
  const isUnrecorded = others.every(({ foundCommit }) => foundCommit === undefined);
  return verifyFailure('image-apps-differ', {
    what: `The image holds ${others.length === 1 ? 'another commit' : 'other commits'} of ${names} than planned.`,
    why: `${lines.join('; ')}. ${
      isUnrecorded
        ? 'Likely bench did not clone it from git.'
        : 'Likely a ref moved while the image was being built, or the step that installs apps came from an older cache.'
    }`,
    fix: isUnrecorded
      ? 'Install the app with `bench init --apps_path` or `bench get-app` in the Containerfile.'
      : 'Run it again; if it stays so, run it with --no-cache.',
  });
}

/** What a leak is, as far as its failure tells it. */
export interface ToldLeak {
  readonly secret: string;
  readonly where: string;
}

/** The audit found secrets in the image; it does not get its version. */
export function imageLeaks(
  reference: string,
  leaks: readonly ToldLeak[],
  { quarantine, usesMirror }: { readonly quarantine: string | undefined; readonly usesMirror: boolean },
): DeBuildError {
  const secrets = [...new Set(leaks.map(({ secret }) => secret))];
  const shown = leaks.slice(0, 3).map(({ secret, where }) => `${secret} in ${where}`);
  const more = leaks.length > shown.length ? `, and in ${leaks.length - shown.length} more places` : '';
  const kept =
    quarantine === undefined
      ? 'The image was taken away again; with `--keep-failed` it stays, to look into.'
      : `The image stays as ${quarantine}, to look into; never push it.`;
  return new DeBuildError({
    code: 'image-leaks',
    what: `${reference} was not released: its image holds ${listed(secrets)}.`,
    why: `The audit found ${shown.join('; ')}${more}. Whoever gets the image could read ${secrets.length === 1 ? 'it' : 'them'}. ${kept}`,
    fix: `Revoke ${secrets.length === 1 ? 'this secret' : 'these secrets'} where they were made: the build cache of the engine holds them too. ${
      usesMirror
        ? 'Then look at the step that wrote each place, and give it the secret by `RUN --mount=type=secret`, or not at all.'
        : 'Then build with `tokenDelivery: mirror`, so that no step of the build has the token.'
    } \`audit: "warn"\` in de-build.json releases all the same.`,
    exitCode: EXIT.leak,
  });
}

/** There is no such image to audit. */
export function imageToAuditMissing(asked: string): DeBuildError {
  return new DeBuildError({
    code: 'image-to-audit-missing',
    what: `There is no image ${asked} on this engine.`,
    why: 'It is neither a version of the site that the engine has, nor the name or id of another image.',
    fix: 'See `de-build list` and `docker image ls`, or use the engine that has it (`--host`).',
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
