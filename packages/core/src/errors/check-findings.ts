import type { Finding } from './finding.ts';
import { explain } from './system-answer.ts';
import { writeRemedy } from './write-remedy.ts';

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

/** Found before the build: no record could be written afterwards. `folder` is where the way ends. */
export function manifestsNotWritable(
  records: string,
  { folder, code }: { readonly folder: string; readonly code: string },
): Finding {
  const where = folder === records ? 'there' : `in ${folder}, where it would be made`;
  return {
    id: 'manifests-not-writable',
    severity: 'error',
    what: `No release could be recorded in ${records}.`,
    why: `The system says ${code} ${where}: ${explain(code)}.`,
    fix: writeRemedy(code),
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
