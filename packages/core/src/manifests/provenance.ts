import type { Manifest, ManifestApp } from './manifest.ts';

/** What kind of build it was: the meaning of the parameters is written down in `docs/provenance.md`. */
export const BUILD_TYPE = 'https://de-build.io/build-types/site-release/v1';
/** Who built: whoever may use the engine. Nothing is signed, so it is worth as much as the folder it lies in. */
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
 * Where a release's image came from, as other programs read it. It says nothing that the manifest does not: the same
 * manifest always gives the same statement.
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
          ...image.baseImages.map((base) => baseDependency(base, image.platform)),
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

/** What a person chose. The value of a sensitive build arg is in no manifest; its name is told. */
function externalParameters(manifest: Manifest): Readonly<Record<string, unknown>> {
  const { image, containerfile, context, target, network } = manifest;
  const buildArgs: Record<string, string> = {};
  const redactedBuildArgs: string[] = [];
  for (const [name, arg] of Object.entries(manifest.buildArgs).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if ('value' in arg) buildArgs[name] = arg.value;
    else redactedBuildArgs.push(name);
  }
  return {
    siteVersion: manifest.siteVersion,
    image: image.reference,
    platform: image.platform,
    containerfile: { path: containerfile.path, digest: digestSet(containerfile.digest) },
    ...(context.path === undefined ? {} : { context: context.path }),
    dialect: manifest.dialect,
    buildArgs,
    redactedBuildArgs,
    ...(target === undefined ? {} : { target }),
    ...(network === undefined ? {} : { network }),
  };
}

/** What de-build decided, and what it saw. */
function internalParameters({ builder, cache, context, site }: Manifest): Readonly<Record<string, unknown>> {
  return {
    builder: builder.kind,
    apiVersion: builder.apiVersion,
    cache: { used: cache.used, input: cache.input },
    contextDigest: context.digest,
    siteIsDirty: site.dirty,
  };
}

function appDependency({ name, url, ref, kind, commit }: ManifestApp): ResourceDescriptor {
  const folder = kind === 'tag' ? 'tags' : 'heads';
  return {
    name,
    uri: `${gitUri(url)}@refs/${folder}/${encodeURI(ref)}`,
    digest: { gitCommit: commit },
  };
}

/** By package-url; a digest that the builder did not tell is left out. */
function baseDependency(base: Manifest['image']['baseImages'][number], platform: string): ResourceDescriptor {
  const [name = '', digest] = base.reference.split('@');
  const colon = name.lastIndexOf(':');
  const hasTag = colon > name.lastIndexOf('/');
  const repository = hasTag ? name.slice(0, colon) : name;
  const version = digest ?? (hasTag ? name.slice(colon + 1) : 'latest');
  const path = repository.split('/').map(encodeURIComponent).join('/');
  return {
    name: base.reference,
    uri: `pkg:docker/${path}@${encodeURIComponent(version)}?platform=${encodeURIComponent(platform)}`,
    ...(base.digest === null ? {} : { digest: digestSet(base.digest) }),
    annotations: { isFinal: base.isFinal ?? false },
  };
}

function siteDependency({ commit, remoteUrl }: Manifest['site']): readonly ResourceDescriptor[] {
  if (commit === null) return [];
  const uri = remoteUrl === undefined ? {} : { uri: gitUri(remoteUrl) };
  return [{ name: 'site', ...uri, digest: { gitCommit: commit } }];
}

/** As SPDX writes the location of a repository: `git+https://…`, `git+ssh://git@host/path` also for git's short form. */
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
