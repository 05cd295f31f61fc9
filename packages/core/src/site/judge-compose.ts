import {
  type ComposeLine,
  composePullsAlways,
  composeStartsOther,
  composeStartsOtherTag,
} from '../errors/compose-findings.ts';
import type { Finding, Place } from '../errors/finding.ts';
import { weaknessOf } from '../secrets/weak-value.ts';
import { type ComposeService, isVariableName } from './ask-compose.ts';
import type { ComposeFile } from './compose-files.ts';
import { expandTemplate } from './compose-template.ts';
import type { EnvFile } from './env-file.ts';
import { familiarImageName, judgeImageName, splitReference } from './image-name.ts';
import { readVersion, type Site } from './site.ts';

/** A value of `image:` or `pull_policy:` as Compose reads it. */
interface Setting {
  readonly value: string;
  readonly place: Place;
  /** The key that would give the line a value which `isRight`, if it had `value`. */
  readonly keyFor: (value: string, isRight: (value: string) => boolean) => string | undefined;
  /** Of an image: whether the env file gives more than its tag. */
  readonly hasVariableName: boolean;
}

/** What Compose would start. */
export interface ComposeReading {
  readonly images: readonly Setting[];
  /** `image` is the one that is pulled so, where that is known. */
  readonly pullPolicies: readonly (Setting & { readonly image?: string })[];
}

/** By the lines `image:` and `pull_policy:` of the files: without anchors, merges, and what a file includes or extends. */
export function readComposeLines(files: readonly ComposeFile[], env: EnvFile): ComposeReading {
  return {
    images: readSettings('image', files, env),
    pullPolicies: readSettings('pull_policy', files, env),
  };
}

/** By Compose itself, which names no lines: they are those with the same value, or else the first file is named. */
export function readComposeServices(
  services: readonly ComposeService[],
  files: readonly ComposeFile[],
  env: EnvFile,
): ComposeReading {
  const lines = readComposeLines(files, env);
  const place = { file: files[0]?.path ?? env.path };
  const lineOf = (value: string, settings: readonly Setting[]): Pick<Setting, 'place' | 'keyFor'> =>
    settings.find((setting) => setting.value === value) ?? { place, keyFor: () => undefined };
  const secrets = [...env.entries.values()].filter(
    ({ value, sensitive }) => sensitive && weaknessOf(value) === undefined,
  );
  // A finding shows the value. A weak one is in the name of an image by chance.
  const shown = services.filter(({ image }) => !secrets.some(({ value }) => image.includes(value)));
  return {
    images: shown.map(({ image: value, hasVariableName }) => ({
      ...lineOf(value, lines.images),
      value,
      hasVariableName,
    })),
    pullPolicies: shown.flatMap(({ image, pullPolicy: value, hasVariableName }) =>
      value === undefined ? [] : [{ ...lineOf(value, lines.pullPolicies), image, value, hasVariableName }],
    ),
  };
}

/**
 * Whether Compose would start what is released: its files must name the image, with the version as its tag, and must not pull
 * what is in no registry. Files that name only other images by themselves, such as those of a database, say nothing.
 */
export function judgeCompose(
  site: Pick<Site, 'config' | 'env'>,
  reading: ComposeReading,
): readonly Finding[] {
  const version = readVersion(site);
  if (version === undefined || site.env === undefined) return [];
  const { path: source } = site.env;
  const { image, push, versionKey: key } = site.config;
  const isOurs = (reference: string) =>
    familiarImageName(splitReference(reference).name) === familiarImageName(image);
  const lineOf = ({ place, keyFor }: Setting, ...wanted: Parameters<Setting['keyFor']>): ComposeLine => ({
    place,
    source,
    key: keyFor(...wanted),
  });
  const started = reading.images.filter(({ value }) => isOurs(value));
  if (started.length === 0) {
    const other = reading.images.find(({ hasVariableName }) => hasVariableName);
    return other === undefined ? [] : [composeStartsOther(lineOf(other, image, isOurs), other.value, image)];
  }
  const isRight = (value: string) => isOurs(value) && splitReference(value).tag === version;
  const wrong = started.find(({ value }) => !isRight(value));
  const pulling = reading.pullPolicies.find(
    ({ value, image: pulled }) => !push && value === 'always' && (pulled === undefined || isOurs(pulled)),
  );
  return [
    ...(wrong === undefined
      ? []
      : [composeStartsOtherTag(lineOf(wrong, version, isRight), wrong.value, { version, key, image })]),
    ...(pulling === undefined
      ? []
      : [
          composePullsAlways(
            lineOf(pulling, 'missing', (value) => value === 'missing'),
            image,
          ),
        ]),
  ];
}

/**
 * The image that the env file names for Compose: CUSTOM_IMAGE, or what else gives the name in a line `image:` of a Compose file.
 * `undefined` when it names none.
 */
export function imageOfCompose(env: EnvFile, files: readonly ComposeFile[]): string | undefined {
  const unset = { ...env, entries: new Map() };
  const names = (values: EnvFile) =>
    readSettings('image', files, values).map(({ value }) => splitReference(value).name);
  const withoutEnv = new Set(names(unset));
  const custom = env.entries.get('CUSTOM_IMAGE')?.value;
  return [
    ...(custom === undefined ? [] : [custom]),
    ...names(env).filter((name) => !withoutEnv.has(name)),
  ].find((name) => judgeImageName(name) === undefined);
}

function readSettings(
  key: 'image' | 'pull_policy',
  files: readonly ComposeFile[],
  env: EnvFile,
): readonly Setting[] {
  const pattern = new RegExp(`^[ \\t]+(?:- )?${key}:[ \\t]+(["']?)([^\\s"'#]+)\\1[ \\t]*(?:#.*)?\\r?$`);
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index): Setting[] => {
      const written = pattern.exec(line)?.[2];
      if (written === undefined) return [];
      let isSecret = false;
      const { value, problem } = expandTemplate(written, (name) => {
        const entry = env.entries.get(name);
        isSecret ||= entry?.sensitive === true;
        return entry?.value;
      });
      // A finding shows the value.
      if (problem !== undefined || value === '' || isSecret) return [];
      const keyFor: Setting['keyFor'] = (wanted, isRight) =>
        [...written.matchAll(/\$\{?([A-Za-z_]\w*)/g)]
          .map(([, name]) => name)
          .find((key) =>
            isRight(
              expandTemplate(written, (name) => (name === key ? wanted : env.entries.get(name)?.value)).value,
            ),
          );
      return [
        {
          value,
          place: { file: path, line: index + 1 },
          keyFor,
          hasVariableName: isVariableName(written, value),
        },
      ];
    }),
  );
}
