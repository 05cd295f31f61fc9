import { error, type Finding, type Place, warning } from './finding.ts';
import { explain } from './system-answer.ts';
import { writeRemedy } from './write-remedy.ts';

export function imageTagTaken(
  reference: string,
  holder: { readonly id: string; readonly createdAt: string },
): Finding {
  return error('image-tag-taken', {
    what: `The tag ${reference} already exists.`,
    why: `Image ${holder.id.replace(/^sha256:/, '').slice(0, 12)} of ${holder.createdAt.slice(0, 10)} has it, and a version always names the same image.`,
    fix: 'Run `de-build bump next`, or release this version again with `--force` (the old image is kept under another tag).',
  });
}

/** Found before the build: no record could be written afterwards. `folder` is the first unwritable one. */
export function manifestsNotWritable(
  records: string,
  { folder, code }: { readonly folder: string; readonly code: string },
): Finding {
  const where = folder === records ? 'there' : `in ${folder}, where it would be created`;
  return error('manifests-not-writable', {
    what: `No release can be recorded in ${records}.`,
    why: `The system says ${code} ${where}: ${explain(code)}.`,
    fix: writeRemedy(code),
  });
}

export function diskAlmostFull(
  folder: string,
  bytes: { readonly free: number; readonly wanted: number },
): Finding {
  return error('disk-almost-full', {
    what: `There is too little disk space in ${folder}.`,
    why: `${megabytes(bytes.free)} is free, and ${megabytes(bytes.wanted)} is required.`,
    fix: 'Free some with `de-build prune`, or lower `minimumFreeDisk` in de-build.json.',
  });
}

function megabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.floor(bytes / 1e6)} MB`;
}

/** A value that text and files hold by chance. @param example the file that could declare it public; `undefined` for what de-build.json names as a secret */
export function secretWeak(key: string, { file, line }: Place, example: string | undefined): Finding {
  return warning('secret-weak', {
    what: `${key} is too weak to be searched for.`,
    why: 'Its value is short or common, and easily guessed: images hold it by chance, so the audit leaves it out.',
    fix: `Give ${key} a long random value${example === undefined ? '' : `; or, if it is no secret, write \`# @public\` above it in ${example}`}.`,
    file,
    subject: key,
    ...(line === undefined ? {} : { line }),
  });
}

/** @param at `why` is what its registry answered; absent when it just has no digest of it */
export function baseImageMissing(
  reference: string,
  at: { readonly file: string; readonly registry: string; readonly why: string | undefined },
): Finding {
  const [state, answer] =
    at.why === undefined
      ? ['has none either', 'reports no such image.']
      : ['did not say whether it does', `was asked. ${at.why}`];
  return warning('base-image-missing', {
    what: `The engine does not have the base image ${reference}, and its registry ${state}.`,
    why: `Without it the build fails. ${at.registry} ${answer}`,
    fix: `Correct the FROM line of ${at.file}; or have it on this engine before the release, with \`docker pull\` (after \`docker login\` if it is private), \`docker load\` or \`docker build\`.`,
    file: at.file,
    subject: reference,
  });
}

/** `--frozen` before the first release. */
export function nothingRecorded(): Finding {
  return error('frozen-without-record', {
    what: 'There is no recorded release to take the commits from.',
    why: 'With `--frozen` the commits come from the newest manifest.',
    fix: 'Leave out `--frozen`; this release becomes the first record.',
  });
}

/** `--frozen`, and the newest record lacks an app. */
export function appNotRecorded(
  app: string,
  version: string,
  place: { readonly file: string; readonly line?: number },
): Finding {
  return error('app-not-recorded', {
    what: `The record of ${version} lacks ${app}, or has it from another repository.`,
    why: 'With `--frozen` every commit comes from that record.',
    fix: 'Leave out `--frozen`: the next release then records it.',
    subject: app,
    ...place,
  });
}

/** `cache` is an entry of `cacheTo`. */
export function cacheCarriesPrivateCode(cache: string, apps: readonly string[], file: string): Finding {
  return warning('cache-carries-private-code', {
    what: `The cache ${cache} will have the code of ${apps.join(', ')}.`,
    why: 'With `mode=max` it has the files of every stage; whoever can read it can read them.',
    fix: 'Use a repository that only those can read who may read the image, or leave out `mode=max`.',
    file,
    subject: 'cacheTo',
  });
}
