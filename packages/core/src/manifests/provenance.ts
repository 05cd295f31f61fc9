import { omitUndefined } from '../omit-undefined.ts';
import type { Manifest, ManifestApp, ManifestRepository } from './manifest.ts';
import { type RecordedPlatform, recordedPlatforms } from './recorded-platforms.ts';

/** The kind of build; `docs/provenance.md` defines its parameters. */
export const BUILD_TYPE = 'https://de-build.io/build-types/site-release/v1';
/** The builder: anyone who may use the engine. Nothing is signed, so trust it as far as the folder of records. */
export const BUILDER_ID = 'https://de-build.io/builders/own-engine/v1';

/** in-toto attestation framework v1, Statement layer; its predicate is SLSA's provenance v1. */
export interface ProvenanceStatement {
  readonly _type: 'https://in-toto.io/Statement/v1';
  readonly subject: readonly ResourceDescriptor[];
  readonly predicateType: 'https://slsa.dev/provenance/v1';
  readonly predicate: {
    readonly buildDefinition: {
      readonly buildType: string;
      readonly externalParameters: Readonly<Record<string, unknown>>;
      readonly internalParameters: Readonly<Record<string, unknown>>;
      readonly resolvedDependencies: readonly ResourceDescriptor[];
    };
    readonly runDetails: {
      readonly builder: { readonly id: string; readonly version: Readonly<Record<string, string>> };
      readonly metadata: {
        readonly invocationId: string;
        readonly startedOn: string;
        readonly finishedOn: string;
      };
    };
  };
}

/** in-toto attestation framework v1, ResourceDescriptor: one of `uri` and `digest` at least. */
export interface ResourceDescriptor {
  readonly name?: string;
  readonly uri?: string;
  readonly digest?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, unknown>>;
}

/**
 * Where a release's image came from, in a form that other programs read. It contains nothing that the manifest does not:
 * the same manifest always gives the same statement.
 */
export function provenanceOf(manifest: Manifest): ProvenanceStatement {
  const { image, builder, timing, createdAt } = manifest;
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: image.reference, digest: digestSet(image.id) }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: BUILD_TYPE,
        externalParameters: externalParameters(manifest),
        internalParameters: internalParameters(manifest),
        resolvedDependencies: [
          ...(manifest.frappe === null ? [] : [appDependency(manifest.frappe)]),
          ...manifest.apps.map(appDependency),
          ...(manifest.repositories ?? []).map(repositoryDependency),
          ...image.baseImages.map((base) => baseDependency(base, recordedPlatforms(image))),
          ...siteDependency(manifest.site),
        ],
      },
      runDetails: {
        builder: {
          id: BUILDER_ID,
          version: {
            'de-build': manifest.deBuildVersion,
            [builder.engineProduct]: builder.engineVersion,
          },
        },
        metadata: {
          invocationId: manifest.planDigest,
          startedOn: timing.startedAt,
          finishedOn: createdAt,
        },
      },
    },
  };
}

/** What a person chose. A sensitive build arg has its name only; no manifest has its value. */
function externalParameters(manifest: Manifest): Readonly<Record<string, unknown>> {
  const { image, containerfile, context, target, network } = manifest;
  const buildArgs: Record<string, string> = {};
  const redactedBuildArgs: string[] = [];
  for (const [name, arg] of Object.entries(manifest.buildArgs).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if ('value' in arg) buildArgs[name] = arg.value;
    else redactedBuildArgs.push(name);
  }
  return omitUndefined({
    siteVersion: manifest.siteVersion,
    image: image.reference,
    platform: recordedPlatforms(image)
      .map(({ platform }) => platform)
      .join(','),
    containerfile: { path: containerfile.path, digest: digestSet(containerfile.digest) },
    context: context.path,
    dialect: manifest.dialect,
    buildArgs,
    redactedBuildArgs,
    target,
    network,
  });
}

/** What de-build decided and observed. */
function internalParameters({ builder, cache, context, site }: Manifest): Readonly<Record<string, unknown>> {
  return {
    builder: builder.kind,
    apiVersion: builder.apiVersion,
    cache: { used: cache.used, input: cache.input },
    contextDigest: context.digest,
    siteIsDirty: site.dirty,
  };
}

type Dependency = Pick<ManifestApp, 'name' | 'url' | 'ref' | 'kind' | 'commit'>;

function appDependency({ name, url, ref, kind, commit }: Dependency): ResourceDescriptor {
  const folder = kind === 'tag' ? 'tags' : 'heads';
  return {
    name,
    uri: `${gitUri(url)}@refs/${folder}/${encodeURI(ref)}`,
    digest: { gitCommit: commit },
  };
}

function repositoryDependency({ url, ref, kind, commit }: ManifestRepository): ResourceDescriptor {
  const name = `${url} ${ref}`;
  if (kind === 'commit') return { name, uri: `${gitUri(url)}@${commit}`, digest: { gitCommit: commit } };
  return appDependency({ name, url, ref, kind, commit });
}

/** As a package URL; a digest that the builder did not report is left out. */
function baseDependency(
  base: Manifest['image']['baseImages'][number],
  platforms: readonly RecordedPlatform[],
): ResourceDescriptor {
  const [name = '', digest] = base.reference.split('@');
  const colon = name.lastIndexOf(':');
  const hasTag = colon > name.lastIndexOf('/');
  const repository = hasTag ? name.slice(0, colon) : name;
  const version = digest ?? (hasTag ? name.slice(colon + 1) : 'latest');
  const path = repository.split('/').map(encodeURIComponent).join('/');
  const [only, ...others] = platforms;
  const platform = only && others.length === 0 ? `?platform=${encodeURIComponent(only.platform)}` : '';
  return {
    name: base.reference,
    uri: `pkg:docker/${path}@${encodeURIComponent(version)}${platform}`,
    ...(base.digest === null ? {} : { digest: digestSet(base.digest) }),
    annotations: { isFinal: base.isFinal ?? false },
  };
}

function siteDependency({ commit, remoteUrl }: Manifest['site']): readonly ResourceDescriptor[] {
  if (commit === null) return [];
  const uri = remoteUrl === undefined ? undefined : gitUri(remoteUrl);
  return [omitUndefined({ name: 'site', uri, digest: { gitCommit: commit } })];
}

/** As in SPDX: `git+https://…`; `git+ssh://git@host/path` also for git's short form. */
function gitUri(url: string): string {
  const short = /^(?:([\w.-]+)@)?([\w.-]+):(?!\/)(.+)$/.exec(url);
  const user = short?.[1] === undefined ? '' : `${short[1]}@`;
  const whole = short === null ? url : `ssh://${user}${short[2]}/${short[3]}`;
  return `git+${encodeURI(decodeLoosely(whole)).replace(/^[^:]+:\/\/[^/]*/, (start) => start.toLowerCase())}`;
}

function decodeLoosely(text: string): string {
  try {
    return decodeURI(text);
  } catch {
    return text;
  }
}

function digestSet(digest: string): Readonly<Record<string, string>> {
  const [algorithm = '', value = ''] = digest.split(':');
  return { [algorithm]: value };
}
