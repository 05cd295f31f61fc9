/**
 * The face of the Docker Engine, in our own words. Flows know only this file; `connect-engine.ts` makes the
 * real one, and a test may make a small fake.
 */
import type { Readable } from 'node:stream';
import type { Redactor } from '../secrets/redactor.ts';
import type { Secret } from '../secrets/secret.ts';
import type { BuildEvent } from './build-event.ts';

export interface Engine {
  readonly images: Images;
  readonly registries: Registries;
  readonly cache: BuildCache;
  /** @throws DeBuildError `engine-without-buildkit` where DOCKER_BUILDKIT switches it off; `engine-*` */
  about(): Promise<EngineInfo>;
  /**
   * Builds an image. Resolves only when the image's id arrived *and* the engine's inspect agrees.
   * @throws DeBuildError `build-step-failed`, `build-interrupted`, `engine-lost`, `engine-idle`, …
   */
  build(request: BuildRequest): Promise<BuiltImage>;
  /** Lets go of the connection. */
  close(): Promise<void>;
}

export interface EngineInfo {
  readonly product: 'docker' | 'podman';
  readonly version: string;
  readonly apiVersion: string;
  readonly operatingSystem: string;
  /** In OCI words: `linux/amd64`. */
  readonly platform: string;
  readonly storageDriver: string;
  /** Where the engine keeps its images; `undefined` when it is not on this machine. */
  readonly dataFolder?: string;
  /** The builder that `build` will use unless the request says otherwise. */
  readonly builder: BuilderKind;
}

export type BuilderKind = 'buildkit' | 'podman';

export interface BuildRequest {
  /** Absolute path of the folder that is the build context. */
  readonly contextFolder: string;
  /** Absolute path of the Containerfile; it may lie outside the context. */
  readonly containerfile: string;
  readonly tags: readonly string[];
  readonly target?: string;
  readonly buildArgs: Readonly<Record<string, string | Secret>>;
  /** BuildKit secrets by id. */
  readonly secrets: Readonly<Record<string, Secret>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly noCache: boolean;
  /** Ask registries for newer base images. */
  readonly pull: boolean;
  /** `default`, `host` or `none`. */
  readonly network?: string;
  /** Paths relative to the context, forward slashes, that are never sent, whatever `.dockerignore` says. */
  readonly neverSend: readonly string[];
  readonly builder: BuilderKind;
  /** Where hashes of the context's contents are kept between builds; without it there is no `context` in the result. */
  readonly contextHashesFile?: string;
  /** Credentials for registries, by host. */
  readonly registryAuth?: Readonly<Record<string, RegistryCredential>>;
  readonly onEvent?: (event: BuildEvent) => void;
  /** Takes secrets out of what an error will quote, before that is cut short: half a secret is not known for one. */
  readonly redactor?: Pick<Redactor, 'redact' | 'redactValue' | 'stream'>;
  readonly signal?: AbortSignal;
}

export interface RegistryCredential {
  readonly username: string;
  readonly password: Secret;
}

export interface BuiltImage {
  /** `sha256:…` */
  readonly id: string;
  readonly durationMs: number;
  readonly steps: readonly BuildStepTiming[];
  /** Bytes and files of the context that went to the engine in this build, and bytes on the wire in all. */
  readonly sent: { readonly files: number; readonly bytes: number; readonly wireBytes: number };
  /** Base images as the build resolved them, when the builder tells: reference → `sha256:…`. */
  readonly baseDigests: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
  /**
   * What the builder was offered of the context: `sha256:…` over it, and how many files that was. Absent when the builder
   * asked for nothing, or the request for no digest.
   */
  readonly context?: { readonly digest: string; readonly files: number };
}

export interface BuildStepTiming {
  /** The builder's own name of the step, e.g. `[builder 2/4] RUN bench init`. */
  readonly name: string;
  readonly durationMs: number;
  readonly cached: boolean;
}

export interface Images {
  /** Every image with a tag in this repository (`desiredeffect/erpnext-custom`). */
  list(repository: string): Promise<readonly TaggedImage[]>;
  /** `undefined` when there is no such image. */
  inspect(reference: string): Promise<ImageDetails | undefined>;
  /** Gives `image` (id or reference) the name `repository:tag`, taking it from any other image. */
  tag(image: string, reference: string): Promise<void>;
  /** Takes a name away, as `docker rmi` does: the image goes with its last name. Not an error where there is none. */
  untag(reference: string): Promise<void>;
  /** One file's bytes, read from a created and never started container; `undefined` when it is not there. */
  readFile(image: string, path: string): Promise<Buffer | undefined>;
  /** The containers of `readFile` that are on the engine, of these images. While one is there its image can't go. */
  readingContainers(images: readonly string[]): Promise<readonly ReadingContainer[]>;
  /** Not an error where there is none of that id. */
  removeReadingContainer(id: string): Promise<void>;
  /**
   * All of an image as `docker save` writes it: a tar with its layers, in the legacy layout or in OCI's. Docker 20.10
   * first copies the layers, so the engine's disk needs as much room again while it runs.
   * @throws DeBuildError `engine-object-missing`, `engine-*`, here or from the stream
   */
  save(image: string, signal?: AbortSignal): Promise<Readable>;
  /** All that the engine tells of an image, as it tells it; the history's newest entry first. */
  describe(image: string): Promise<ImageDescription>;
  /** Every image with this label, tagged or not. */
  listByLabel(label: string): Promise<readonly LabelledImage[]>;
  /**
   * Gives the engine what `docker save` wrote, compressed or not. An image in it that has a name takes that name.
   * @throws DeBuildError `image-not-loaded`, `engine-*`; what the stream fails with; the signal's reason
   */
  load(archive: Readable, signal?: AbortSignal): Promise<void>;
}

export interface ReadingContainer {
  readonly id: string;
  /** Its process is no more, or it is older than one of a living process ever gets. */
  readonly isAbandoned: boolean;
}

/** Image registries, asked through the engine, which alone speaks to them. */
export interface Registries {
  /**
   * The digest that a registry has for a name and tag; `undefined` when it has none, or does not tell.
   * @throws DeBuildError `engine-*`
   */
  digestOf(reference: string, access: RegistryAccess): Promise<string | undefined>;
  /**
   * Sends the image that has this name on the engine to the registry of the name.
   * @returns the digest that the registry knows it by
   * @throws DeBuildError `registry-refused`, `registry-unreachable`, `engine-*`; the signal's reason
   */
  push(reference: string, access: RegistryAccess): Promise<string>;
  /**
   * Fetches `host/name@sha256:…`.
   * @throws DeBuildError `registry-refused`, `registry-unreachable`, `engine-*`; the signal's reason
   */
  pull(reference: string, access: RegistryAccess): Promise<void>;
}

export interface RegistryAccess {
  readonly credential?: RegistryCredential | undefined;
  /** Bytes so far, and in all as far as the engine knows, over all layers. */
  readonly onProgress?: ((current: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface LabelledImage {
  readonly id: string;
  /** Names with tags; none when it has lost them. */
  readonly tags: readonly string[];
  /** ISO 8601. */
  readonly createdAt: string;
  readonly sizeBytes: number;
  readonly labels: Readonly<Record<string, string>>;
}

export interface TaggedImage {
  readonly id: string;
  readonly tag: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly sizeBytes: number;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ImageDetails {
  readonly id: string;
  readonly tags: readonly string[];
  readonly repoDigests: readonly string[];
  /** ISO 8601. */
  readonly createdAt: string;
  readonly sizeBytes: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly env: readonly string[];
  readonly layers: readonly string[];
  readonly platform: string;
}

export interface ImageDescription {
  readonly inspected: unknown;
  readonly history: readonly { readonly CreatedBy?: string | null | undefined }[];
}

export interface BuildCache {
  usage(): Promise<readonly CacheRecord[]>;
  /** What BuildKit remembers of builds, as it writes it; nothing on engines before 24. */
  buildRecords(): Promise<readonly BuildRecord[]>;
  prune(options: PruneOptions): Promise<PruneResult>;
}

export interface BuildRecord {
  /** As `docker buildx history` knows it. */
  readonly id: string;
  /** A `BuildHistoryRecord` of moby/buildkit's control.proto. */
  readonly bytes: Buffer;
}

export interface CacheRecord {
  readonly id: string;
  readonly type: string;
  readonly description: string;
  readonly inUse: boolean;
  readonly shared: boolean;
  readonly sizeBytes: number;
  /** ISO 8601 */
  readonly createdAt: string;
  /** ISO 8601; absent when never used since. */
  readonly lastUsedAt?: string;
  readonly usageCount: number;
  readonly parents: readonly string[];
}

export interface PruneOptions {
  /** Total size the cache may keep, in bytes. */
  readonly keepBytes?: number;
  /** Only records unused for at least this long, in seconds. */
  readonly olderThanSeconds?: number;
  /** Also records shared with images and frontends. */
  readonly all: boolean;
}

export interface PruneResult {
  readonly deleted: readonly string[];
  readonly freedBytes: number;
}
