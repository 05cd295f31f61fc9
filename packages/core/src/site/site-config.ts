import { z } from 'zod';
import { SCHEME_NAMES } from '../version/schemes.ts';
import { parseByteSize } from './byte-size.ts';
import { type CacheUse, parseCacheEntry } from './cache-entry.ts';
import { IMAGE_NAME, judgeImageName } from './image-name.ts';

const envKey = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not a key of an env file');
const path = z
  .string()
  .min(1, 'is empty')
  .regex(/^(?![/\\]|[A-Za-z]:)[^\0]*$/, 'is not a path relative to the folder of the site')
  .transform((text) => text.replace(/(?!^)\/+$/, ''));

const cacheEntries = (use: CacheUse) =>
  z
    .array(
      z.string().transform((text, context) => {
        const entry = parseCacheEntry(text, use);
        if (!('problem' in entry)) return entry;
        context.addIssue({ code: 'custom', message: entry.problem });
        return z.NEVER;
      }),
    )
    .prefault([]);

/** The id of the secret with the apps; de-build serves it itself. */
const APPS_ID = 'apps_json';

const secretSource = z
  .union(
    [
      envKey.transform((key) => ({ env: key })),
      z.strictObject({ env: envKey }),
      z.strictObject({
        file: z
          .string()
          .min(1, 'is empty')
          .regex(/^[^\0]*$/),
      }),
    ],
    'is neither a key of the env file, { "env": KEY } nor { "file": PATH }',
  )
  .describe('A key of the env file, as text or as `env`; or a file, relative to the site.');

/**
 * The schema of the optional `de-build.json`: validation, defaults, and the source of its documentation and of
 * the published JSON Schema. Paths are relative to the site's folder.
 */
export const siteConfigSchema = z
  .strictObject({
    $schema: z.string().optional().describe('Where editors find the schema of this file.'),
    image: z
      .string()
      .superRefine((name, context) => {
        const message = judgeImageName(name);
        if (message !== undefined) context.addIssue({ code: 'custom', message });
      })
      .meta(IMAGE_NAME)
      .default('desiredeffect/erpnext-custom')
      .describe(
        'The image that is built, without a tag; the site version becomes the tag. Before the default comes what the env file names for Compose, such as CUSTOM_IMAGE.',
      ),
    containerfile: path
      .prefault('images/custom/Containerfile')
      .describe('The Containerfile (Dockerfile) that the image is built from.'),
    context: path.prefault('.').describe('The folder that is the build context.'),
    env: path.prefault('.env').describe('The env file: site version, token, and what Compose reads.'),
    exampleEnv: path
      .prefault('de-example.env')
      .describe('The example that says which keys the env file must have, and the shape of their values.'),
    apps: path.prefault('apps.json').describe('The list of apps, in the form that bench reads.'),
    manifests: path.prefault('build-manifests').describe('The folder with one record per release.'),
    versionKey: envKey.default('DE_SITE_VERSION').describe('The key of the env file with the site version.'),
    versionScheme: z
      .enum(SCHEME_NAMES)
      .default('semver')
      .describe(
        'How releases are numbered: `semver` 1.2.3, `calver` 2026.11.28, `revision` 15.2.3-1 (above 15.2.3), `four-part` 1.2.3.4. It counts whatever `@type` the example names.',
      ),
    buildArgs: z
      .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string())
      .default({})
      .describe(
        'Build args by name. A value may contain ${NAME} or {{ NAME }}, which is filled from the env file.',
      ),
    buildArgsFromEnv: z
      .array(envKey)
      .default(['FRAPPE_PATH', 'FRAPPE_BRANCH', 'PYTHON_VERSION', 'NODE_VERSION'])
      .describe('Keys that become build args of the same name where the env file sets them.'),
    tokenAliases: z
      .array(z.array(envKey).min(2, 'needs at least two keys'))
      .default([['PAT_DESIRED_EFFECT', 'DE_MACRS_PAT']])
      .describe('Groups of keys that name the same token: any key of a group satisfies the others.'),
    secrets: z
      .record(
        z.string().regex(new RegExp(`^(?!${APPS_ID}$)[^\\s,"'=]+$`), 'is not an id of your own for a secret'),
        secretSource,
      )
      .prefault({})
      .describe(
        'Secrets for `RUN --mount=type=secret`, by id: a key of the env file, or `{ "file": PATH }`. The image is searched for them too.',
      ),
    ssh: z
      .union([z.boolean(), z.literal('default')], 'is neither true, false nor "default"')
      .default(false)
      .transform((setting) => setting !== false)
      .describe('Whether `RUN --mount=type=ssh` gets the SSH agent of this machine.'),
    target: z.string().min(1, 'is empty').optional().describe('The stage to build; the last one by default.'),
    push: z
      .boolean()
      .default(false)
      .describe('Whether a release is pushed to the registry that its image names, before it gets its tag.'),
    platform: z
      .string()
      .min(1, 'is empty')
      .optional()
      .describe(
        'The platform of the image, such as `linux/arm64`, or several, joined by commas; by default that of DOCKER_DEFAULT_PLATFORM, or of the engine.',
      ),
    builder: z
      .union(
        [
          z.string().min(1, 'is empty'),
          z.strictObject({
            address: z.string().regex(/^[a-z-]+:\/\//, 'is not an address such as tcp://HOST:1234'),
            ca: path.optional(),
            cert: path.optional(),
            key: path.optional(),
            serverName: z.string().optional(),
          }),
        ],
        'is neither the name of a builder, its address nor { "address": ADDRESS, "ca": FILE, … }',
      )
      .optional()
      .describe(
        'What builds the images: the name of a builder of `docker buildx`, or the address of a `buildkitd`, with the files of its TLS connection. By default BUILDX_BUILDER, or the BuildKit of the engine.',
      ),
    cacheFrom: cacheEntries('cacheFrom').describe(
      'Build caches of other builders that steps may come from, as `docker buildx build --cache-from` has them: `type=registry,ref=REF`, or REF; `type=local,src=FOLDER`.',
    ),
    cacheTo: cacheEntries('cacheTo').describe(
      'Where the build cache is written for other builders, as `docker buildx build --cache-to` has it: `type=registry,ref=REF,mode=max`, `type=local,dest=FOLDER`, or `type=inline`, which goes with the image. It is written after the audit.',
    ),
    network: z
      .enum(['default', 'host', 'none'])
      .default('default')
      .describe('The network that the steps of the build have.'),
    tokenDelivery: z
      .enum(['auto', 'sources', 'inject', 'mirror'])
      .transform((mode) => (mode === 'mirror' ? 'sources' : mode))
      .prefault('auto')
      .describe(
        'How the build gets private apps, and what its steps clone by themselves: `sources` sends their commits with the build, without a token; `inject` puts the token into their URLs. `auto` is `sources`; so is `mirror`, the old word for it.',
      ),
    benchFolder: z
      .string()
      .regex(/^\/(?:[^/]+\/?)+$/, 'is not an absolute path')
      .default('/home/frappe/frappe-bench')
      .describe('The folder of the bench in the image; its sites/apps.json is read to verify a release.'),
    recordFiles: z
      .boolean()
      .default(true)
      .describe(
        "Whether a release reads all files of its image, for their digest and the bill of materials. It takes about as long as `docker save`, and meanwhile needs space for a copy of the image on the engine's disk.",
      ),
    audit: z
      .enum(['fail', 'warn', 'off'])
      .default('fail')
      .describe(
        'Whether every byte of the image is searched for the secrets of the env file before it gets its tag: `fail` refuses an image that contains one, `warn` only reports it. Layers without a secret are not read again.',
      ),
    accept: z
      .record(
        z.string().regex(/^[a-z][a-z0-9-]*(:.+)?$/, 'is neither the id of a warning nor ID:SUBJECT'),
        z.string().trim().min(1, 'gives no reason'),
      )
      .default({})
      .describe(
        'Warnings that are known and no longer count, with the reason: by id, such as `branch-moves`, or for one app or key as `branch-moves:frappe`. They are shown as accepted, and recorded.',
      ),
    gates: z
      .array(z.string().trim().min(1, 'is empty'))
      .default([])
      .describe(
        'Commands that `de-build deploy` runs in the folder of the site, when the new services serve: a smoke test, for one. They get DE_BUILD_SITES, DE_BUILD_VERSION and DE_BUILD_PROJECT. If one fails, the deployment has failed, and maintenance mode is on again.',
      ),
    backup: z
      .strictObject({
        to: z.string().min(1, 'is empty').optional(),
        keep: z.int().min(1).default(7),
        databaseImage: z.string().min(1, 'is empty').optional(),
      })
      .prefault({})
      .describe(
        'Backups. `to`: a folder or `restic:REPOSITORY`; default: `.de-build/backups`. `keep`: the newest backups to keep, with the last of each release and month. `databaseImage`: for throw-away databases, if the database is no service of the project.',
      ),
    keepImages: z
      .int()
      .min(1)
      .default(5)
      .describe(
        'The newest releases whose images `de-build prune --images` keeps, with those that run or ran before.',
      ),
    pinnedReleases: z
      .array(z.string().min(1, 'is empty'))
      .default([])
      .describe('Site versions whose images `de-build prune --images` always leaves.'),
    tokenExpiryWarningDays: z
      .int()
      .min(0)
      .default(14)
      .describe('How many days before it expires a token causes a warning.'),
    minimumFreeDisk: z
      .string()
      .refine((text) => parseByteSize(text) !== undefined, 'is not a size such as "10GB" or "500MiB"')
      .transform((text) => parseByteSize(text) ?? 0)
      .prefault('10GB')
      .describe(
        'Space that must be free where the engine keeps its images: "10GB" is decimal, "10GiB" binary.',
      ),
    githubApi: z
      .url({ protocol: /^https?$/, error: 'is not an http or https URL' })
      .default('https://api.github.com')
      .describe('The API that says when a token expires; GitHub Enterprise has its own.'),
    gitTimeoutSeconds: z
      .int()
      .min(1)
      .max(3600)
      .default(30)
      .describe('How many seconds a git host may take to answer.'),
  })
  .describe('Settings of de-build for a site. Every key is optional.');

/** The settings of a site, complete: what `de-build.json` leaves out has its default. `minimumFreeDisk` is in bytes. */
export type SiteConfig = z.output<typeof siteConfigSchema>;

/** The settings of a site without a `de-build.json`. */
export function defaultSiteConfig(): SiteConfig {
  return siteConfigSchema.parse({});
}

/** The JSON Schema (draft 7, which editors know best) of `de-build.json`. */
export function siteConfigJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(siteConfigSchema, { target: 'draft-7', io: 'input' });
}

/** The keys of the env file that are given to a build as secrets. */
export function envKeysOf(secrets: SiteConfig['secrets']): string[] {
  return Object.values(secrets).flatMap((source) => ('env' in source ? [source.env] : []));
}
