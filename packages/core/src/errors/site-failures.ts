import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import type { Finding } from './finding.ts';
import { sentence } from './sentence.ts';
import { systemAnswer } from './system-answer.ts';

export function siteNotFound(folder: string): DeBuildError {
  return new DeBuildError({
    code: 'site-not-found',
    what: `There is no site in ${folder}.`,
    why: 'The folder does not exist, or is not a folder.',
    fix: 'Run de-build in the folder of the site, or name it with `--site`.',
    exitCode: EXIT.usage,
  });
}

/** Neither a folder nor one above it is a site. */
export function notASite(folder: string): DeBuildError {
  return new DeBuildError({
    code: 'not-a-site',
    what: `${folder} is not in a site.`,
    why: 'Neither it nor a folder above it has a de-build.json, apps.json, de-example.env, build-manifests/ or .de-build/.',
    fix: 'Run de-build in the folder of a site or below it, or name the site with `--site`, `-C` or DE_BUILD_SITE. To make a site of a folder, such as one of frappe_docker, write its `.env`.',
    exitCode: EXIT.usage,
  });
}

/** The process has a working folder that has no name any more. */
export function folderGone(): DeBuildError {
  return new DeBuildError({
    code: 'folder-gone',
    what: 'The current folder does not exist any more.',
    why: 'It was removed, or its disk was unmounted, after the shell had entered it.',
    fix: 'Go to a folder that exists, such as with `cd ~`, and run it again.',
    exitCode: EXIT.usage,
  });
}

export function siteUnreadable(folder: string, cause: unknown): DeBuildError {
  return new DeBuildError({
    code: 'site-unreadable',
    what: `The site in ${folder} cannot be read.`,
    why: `The system answered ${systemAnswer(cause)}.`,
    fix: 'Give the user who runs de-build permission to enter the folder.',
    exitCode: EXIT.usage,
    cause,
  });
}

interface ExpectedVersion {
  /** Follows "A site version is". */
  readonly shape: string;
  readonly steps: readonly string[];
  /** The version that is probably meant. */
  readonly nearest?: string | undefined;
}

/** `version` is what was given as an argument; what `.env` has is not shown. */
export function siteVersionMalformed(
  version: string | undefined,
  { shape, steps, nearest }: ExpectedVersion,
): DeBuildError {
  const words = `${steps.slice(0, -1).join(', ')} and ${steps.at(-1)}`;
  return new DeBuildError({
    code: 'site-version-malformed',
    what: `${version === undefined ? 'The current version' : JSON.stringify(version)} is not a site version.`,
    why: `A site version is ${shape}, and can be the tag of an image: without \`v\` and without \`+\`.`,
    fix: `Give ${nearest ?? 'a version of that form'}${version === undefined ? '' : `, or one of ${words}`}.`,
    exitCode: EXIT.usage,
  });
}

export function siteVersionNotHigher(version: string, current: string): DeBuildError {
  return new DeBuildError({
    code: 'site-version-not-higher',
    what: `The site version was not changed to ${version}.`,
    why:
      version === current
        ? 'It has that value already.'
        : `It is not higher than the current one, ${current}.`,
    fix: 'Give a higher version, or use `--force` to go back.',
    exitCode: EXIT.conflict,
  });
}

/** `.env` has no line with the version, or one that cannot be changed safely. */
export function siteVersionUnwritable(path: string, key: string, why: string): DeBuildError {
  return new DeBuildError({
    code: 'site-version-unwritable',
    what: `${key} in ${path} was not changed.`,
    why,
    fix: `Write \`${key}=\` and the version on a separate line in ${path}, then try again.`,
    exitCode: EXIT.checks,
  });
}

export function envNotWritten(path: string, cause: unknown): DeBuildError {
  return new DeBuildError({
    code: 'env-not-written',
    what: `${path} could not be written; it is unchanged.`,
    why: `The system answered ${systemAnswer(cause)}.`,
    fix: 'Free space on the disk, or give the user who runs de-build permission to write there.',
    exitCode: EXIT.record,
    cause,
  });
}

export function siteVersionMissing(file: string, key: string, example: string): DeBuildError {
  return new DeBuildError({
    code: 'site-version-missing',
    what: 'There is no site version to bump.',
    why: `${file} is missing, cannot be read, or does not set ${key}.`,
    fix: `Add a line such as \`${key}=${example}\` to ${file}; \`de-build check\` shows other problems with it. Where ${key} comes from the environment, set it there.`,
    exitCode: EXIT.checks,
  });
}

/** @param setting of de-build.json; its default would decide what is written */
export function settingWrong(setting: string, file: string): DeBuildError {
  return new DeBuildError({
    code: 'setting-wrong',
    what: `\`${setting}\` of ${file} is wrong.`,
    why: 'This command depends on it, and its default may be another one.',
    fix: `Correct it; \`de-build check\` shows what is wrong with it.`,
    exitCode: EXIT.checks,
  });
}

/** The finding is about apps.json, de-build.json or a placeholder in them. */
export function appsUnreadable({ what, why, file, line }: Finding): DeBuildError {
  const place = file === undefined ? '' : ` (${file}${line === undefined ? '' : `:${line}`})`;
  return new DeBuildError({
    code: 'apps-not-understood',
    what: "The site's apps cannot be read.",
    why: `${sentence(`${what}${place}`)} ${why}`,
    fix: 'Run `de-build check`, and fix what it finds.',
    exitCode: EXIT.checks,
  });
}
