import { z } from 'zod';

const DIGEST = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-f]{32,}$/;
/** SHA-1 or SHA-256. */
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const CREDENTIALS = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*@/i;
/** The user of an ssh URL is not a secret. */
const SSH_USER = /^ssh:\/\/[^:@/]+@/;

function isWithoutCredentials(url: string): boolean {
  return !CREDENTIALS.test(url) || SSH_USER.test(url);
}

const digest = z.string().regex(DIGEST, 'is not a digest');
const commit = z.string().regex(COMMIT, 'is not a commit');
const milliseconds = z.number();
const bytes = z.int().min(0);
const count = z.int().min(0);

const appSchema = z
  .looseObject({
    name: z.string().min(1).describe('What bench calls the app.'),
    url: z
      .string()
      .min(1)
      .refine(isWithoutCredentials, 'holds credentials')
      .describe('Where it was cloned from, without credentials.'),
    ref: z.string().min(1).describe('The branch or tag that apps.json names.'),
    kind: z.enum(['branch', 'tag']).describe('What the ref was.'),
    commit: commit.describe('The commit that the ref pointed to, and that is in the image.'),
    tagObject: commit.optional().describe('For an annotated tag: the tag object, which bench records.'),
    version: z.string().nullable().describe("The app's own version, read from the image; null without one."),
    treeDigest: digest
      .optional()
      .describe(
        "Of all files in the app's folder in the image: names, modes, owners and contents, not times.",
      ),
    timelessDigest: timelessDigest(),
  })
  .describe('An app in the image.');

const repositorySchema = z
  .looseObject({
    url: z.string().min(1).refine(isWithoutCredentials, 'holds credentials').describe('Without credentials.'),
    ref: z.string().min(1).describe('The branch, tag or commit that the step names, or the default branch.'),
    isDefault: z.boolean().optional().describe('Set when the step names none: it got the default branch.'),
    kind: z.enum(['branch', 'tag', 'commit']).describe('What the ref was.'),
    commit: commit.describe('The commit that the ref pointed to, and that the step got.'),
    tagObject: commit.optional().describe('For an annotated tag: the tag object, which bench records.'),
    line: z.int().min(1).describe('Of the RUN that clones it.'),
    app: z.string().min(1).optional().describe('What bench calls the app of it in the image.'),
    version: z.string().nullable().optional().describe("The app's own version; null without one."),
    treeDigest: digest.optional().describe("Of all files in the app's folder in the image."),
    timelessDigest: timelessDigest(),
  })
  .describe('A repository that a step of the Containerfile cloned.');

const buildArgSchema = z
  .union([
    z.looseObject({ value: z.string().describe('The value given to the build.'), source: buildArgSource() }),
    z.looseObject({
      redacted: z.literal(true).describe('The value is sensitive and is not recorded.'),
      source: buildArgSource(),
    }),
  ])
  .describe('A build arg.');

const contentKeys = {
  layers: z.array(digest).optional().describe('The digests of its uncompressed layers, the lowest first.'),
  treeDigest: digest
    .optional()
    .describe('Of all files of the image: names, modes, owners and contents, not times.'),
  timelessDigest: timelessDigest(),
};

const imageSchema = z
  .looseObject({
    reference: z.string().min(1).describe('Name and tag: `desiredeffect/erpnext-custom:1.4.0`.'),
    id: digest.describe("The engine's id of the image."),
    sizeBytes: bytes.describe(
      "As the engine reports it: all uncompressed layers, or packed ones in containerd's image store and in a registry.",
    ),
    tags: z.array(z.string()).describe('All names that the image got.'),
    platform: z.string().describe('As OCI writes it: `linux/amd64`; of several, the first.'),
    baseImages: z
      .array(
        z.looseObject({
          reference: z.string().describe('As in the Containerfile, with its ARGs filled in.'),
          digest: digest
            .nullable()
            .describe("The registry's digest, else the image's id; null when the builder did not report it."),
          isFinal: z
            .boolean()
            .optional()
            .describe('Whether the image itself is based on it, and not only a builder stage.'),
        }),
      )
      .describe('The images that the build started from.'),
    labels: z.record(z.string(), z.string()).describe('The labels of the image.'),
    ...contentKeys,
    otherPlatforms: z
      .array(
        z.looseObject({
          platform: z.string().describe('As OCI writes it.'),
          sizeBytes: bytes.describe('Size of all uncompressed layers.'),
          ...contentKeys,
        }),
      )
      .optional()
      .describe(
        'Set when the image is an index of several platforms: those after the first, which the other keys describe.',
      ),
  })
  .describe('The image that was built.');

/**
 * The record of a release, version 1. Keys that a later de-build adds are kept when this one reads them; a change of
 * meaning gets a new `schemaVersion`.
 */
export const manifestSchema = z
  .looseObject({
    schemaVersion: z.literal(1).describe('Version of this format.'),
    siteVersion: z.string().min(1).describe("The release's number, and the image's tag."),
    createdAt: z.iso.datetime().describe('When the release was recorded (ISO 8601, UTC).'),
    image: imageSchema,
    frappe: appSchema.nullable().describe('The framework; null when the build does not take it from git.'),
    apps: z.array(appSchema).describe('The apps of apps.json, in their order.'),
    unplannedApps: z
      .array(
        z.looseObject({
          name: z.string().min(1).describe('What bench calls the app.'),
          commit: commit.nullable().describe('What bench recorded; null when it recorded none.'),
          ref: z.string().nullable().describe('The branch or tag that bench recorded.'),
          version: z.string().nullable().describe("The app's own version; null without one."),
        }),
      )
      .optional()
      .describe('Apps that a step of the Containerfile or the base image brought: recorded, but not pinned.'),
    repositories: z
      .array(repositorySchema)
      .optional()
      .describe('What steps of the Containerfile cloned by themselves, from pinned commits.'),
    unpinnedRepositories: z
      .array(
        z.looseObject({
          url: z
            .string()
            .min(1)
            .refine(isWithoutCredentials, 'holds credentials')
            .describe('Without credentials.'),
          ref: z
            .string()
            .nullable()
            .describe('What the step names; null for the default branch, and for what its shell decides.'),
          line: z.int().min(1).describe('Of the RUN that clones it.'),
        }),
      )
      .optional()
      .describe('What steps of the Containerfile cloned from the hosts: not pinned.'),
    dialect: z
      .enum(['build-arg', 'secret', 'none'])
      .describe('How the Containerfile took its apps; `none` when it took none.'),
    buildArgs: z.record(z.string(), buildArgSchema).describe('All build args by name.'),
    target: z.string().optional().describe('The stage that was built, if one was named.'),
    platform: z
      .string()
      .optional()
      .describe(
        'The platforms that were asked for, as OCI writes them and joined by commas, if they were not left to the engine.',
      ),
    network: z
      .string()
      .optional()
      .describe("The network of the build's steps, if the engine did not choose it."),
    containerfile: z.looseObject({
      path: z.string().min(1).describe("Relative to the site's folder."),
      digest: digest.describe("Of the file's bytes."),
    }),
    context: z
      .looseObject({
        path: z.string().optional().describe("The folder, relative to the site's."),
        digest: digest.describe('Of all files that the build could see: their names, modes and bytes.'),
        files: count.describe('How many files the build could see.'),
        sentBytes: bytes.describe('Bytes of the files sent to the engine; unchanged files are not sent.'),
      })
      .describe('The build context.'),
    site: z
      .looseObject({
        commit: commit.nullable().describe('null when the site is not a git repository.'),
        branch: z.string().nullable().describe('null on a detached HEAD.'),
        dirty: z.boolean().describe('Whether files differed from the commit.'),
        remoteUrl: z
          .string()
          .refine(isWithoutCredentials, 'holds credentials')
          .optional()
          .describe('Without credentials.'),
      })
      .describe("The site's own repository."),
    cache: z
      .looseObject({
        used: z.boolean().describe('False when every step was forced to run.'),
        input: z
          .enum(['sources', 'CACHE_BUST', 'apps-json', 'none'])
          .describe("How the apps' commits became part of the cache key."),
        digest: z.string().optional().describe("Of the apps' commits."),
        reason: z.string().optional().describe('Why the cache was not used.'),
      })
      .describe('The build cache.'),
    tokenDelivery: z
      .enum(['sources', 'mirror', 'inject'])
      .optional()
      .describe(
        'How the build got the apps: as sources that came with the build, from the mirror over HTTP (`mirror`, in earlier versions), or with the token in their URLs.',
      ),
    pushed: z
      .string()
      .optional()
      .describe('Set when the release was pushed: the image in its registry, with its digest there.'),
    rebuild: z
      .looseObject({
        of: digest.describe('The id of the image that was recorded before; its record was moved aside.'),
        verdict: z.enum(['equivalent']),
        proof: z.string().describe('What was compared.'),
      })
      .optional()
      .describe('Set when this image was rebuilt from an earlier record and took its tag.'),
    audit: z
      .looseObject({
        mode: z
          .enum(['fail', 'warn', 'off'])
          .describe('The effect of a leak; `off` when nothing was searched.'),
        outcome: z
          .enum(['clean', 'leaks', 'not-searched'])
          .describe('Whether a secret of the site was found in what was read of the image.'),
        secrets: count.describe('How many secrets were searched for.'),
        weak: z
          .array(z.string())
          .optional()
          .describe(
            'Names of secrets that were not searched for, because images hold such values by chance.',
          ),
        layers: z
          .looseObject({ searched: count, of: count })
          .describe('How many of the layers were searched; the others were already known to be clean.'),
        leaks: z
          .array(
            z.looseObject({
              severity: z.enum(['error', 'warning']),
              secret: z.string().describe('The name of the secret.'),
              form: z.string().describe('How it is encoded there; several forms are joined by commas.'),
              where: z.string().describe('Where it is.'),
              count,
            }),
          )
          .describe('What was found and released anyway: the places of each secret, the worst first.'),
        omitted: count.optional().describe('How many more places there are, too many to be listed.'),
        unread: count.describe('How many packed files were not searched completely.'),
        searchVersion: count.describe('Version of the search; a later one finds more.'),
      })
      .optional()
      .describe('The search of the image for secrets.'),
    planDigest: digest.describe('Of the plan; also a label of the image.'),
    timing: z.looseObject({
      startedAt: z.iso.datetime().describe('ISO 8601, UTC.'),
      durationMs: milliseconds.describe('Of the whole release.'),
      steps: z
        .array(
          z.looseObject({
            name: z.string().describe("The builder's name of the step."),
            durationMs: milliseconds,
            cached: z.boolean(),
          }),
        )
        .describe('The steps of the build.'),
    }),
    builder: z
      .looseObject({
        kind: z.enum(['buildkit', 'classic', 'podman']),
        engineProduct: z.string(),
        engineVersion: z.string(),
        apiVersion: z.string(),
        builder: z
          .looseObject({ name: z.string(), driver: z.string(), version: z.string() })
          .optional()
          .describe('The builder beside the engine that built it, if there was one.'),
      })
      .describe('What built the image.'),
    deBuildVersion: z.string().describe('The version of de-build that wrote this.'),
    warnings: z
      .array(z.looseObject({ id: z.string(), what: z.string(), accepted: z.string().optional() }))
      .describe('The warnings of the release; `accepted` is why the site accepts one.'),
  })
  .describe('The record of one release of a site, written by de-build.');

function timelessDigest() {
  return digest
    .optional()
    .describe(
      'The same without times within files: in logs, caches, headers of compiled Python, and /etc/shadow.',
    );
}

function buildArgSource() {
  return z
    .enum(['option', 'env', 'config', 'containerfile', 'de-build'])
    .describe(
      'Where it came from: the command line, `.env`, de-build.json, an ARG default, or de-build itself.',
    );
}

/** The record of a release. */
export type Manifest = Known<z.infer<typeof manifestSchema>>;
export type ManifestApp = Known<z.infer<typeof appSchema>>;
export type ManifestRepository = Known<z.infer<typeof repositorySchema>>;
export type ManifestBuildArg = Known<z.infer<typeof buildArgSchema>>;

/** Without the index signatures of loose objects, so that a misspelt key is a type error. */
type Known<T> = T extends readonly (infer Item)[]
  ? readonly Known<Item>[]
  : T extends object
    ? [OwnKeys<T>] extends [never]
      ? { readonly [Key in keyof T]: Known<T[Key]> }
      : { readonly [Key in keyof T as Key extends OwnKeys<T> ? Key : never]: Known<T[Key]> }
    : T;

type OwnKeys<T> = keyof { [Key in keyof T as string extends Key ? never : Key]: true };
