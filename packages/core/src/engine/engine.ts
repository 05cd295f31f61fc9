/**
 * The interface of the Docker Engine that flows use; `connect-engine.ts` makes the real one, tests may make a small
 * fake.
 */
import type { Readable } from 'node:stream';
import type { VirtualFile } from '../disk/virtual-file.ts';
import type { Redactor } from '../secrets/redactor.ts';
import type { Secret } from '../secrets/secret.ts';
import type { CacheEntry } from '../site/cache-entry.ts';
import type { BuildEvent } from './build-event.ts';
import type { Containers } from './containers/containers.ts';
import type { DiskUsage } from './disk-usage.ts';

export type { ContainerDetails, ContainerMount } from './containers/container-details.ts';
export type { Containers } from './containers/containers.ts';
export type { DiskUsage } from './disk-usage.ts';

export interface Engine {
  /** Its address: `unix:///var/run/docker.sock`. */
  readonly endpoint: string;
  /** There is no engine: the images are in the registry of their name, where the builder pushes them. */
  readonly imagesIn?: 'registry';
  /** What builds its images, where that is not its own BuildKit. */
  readonly builder?: Builder;
  readonly images: Images;
  readonly registries: Registries;
  readonly cache: BuildCache;
  readonly containers: Containers;
  /** @throws DeBuildError `engine-silent` where it takes longer, `engine-*` */
  diskUsage(withinMs: number): Promise<DiskUsage>;
  /** @throws DeBuildError `engine-without-buildkit` where DOCKER_BUILDKIT switches it off; `engine-*` */
  about(): Promise<EngineInfo>;
  /**
   * Builds an image. Resolves only when the image's id arrived *and* the engine has that image.
   * @throws DeBuildError `build-step-failed`, `build-interrupted`, `engine-lost`, `engine-idle`, …
   */
  build(request: BuildRequest): Promise<BuiltImage>;
  /**
   * Writes the steps of an image that was built into the caches of `cacheTo`, of which the request has no inline one.
   * @throws DeBuildError `cache-not-written`, `build-interrupted`, `engine-*`, `builder-*`
   */
  writeCache(request: BuildRequest): Promise<void>;
  /**
   * Platforms whose steps the builder can run, as OCI writes them: a list for each of its nodes.
   * @throws DeBuildError `engine-*`
   */
  platforms(): Promise<readonly (readonly string[])[]>;
  /** Releases the connection. */
  close(): Promise<void>;
}

/** A builder beside the engine. */
export interface Builder {
  /** Its name in buildx, or its address. */
  readonly name: string;
  /** As buildx has it: `docker-container`, `kubernetes` or `remote`. */
  readonly driver: string;
  /** Of its BuildKit: `v0.25.1`. */
  readonly version: string;
}

export interface EngineInfo {
  /** `buildkit` where there is a builder and no engine. */
  readonly product: 'docker' | 'buildkit';
  readonly version: string;
  readonly apiVersion: string;
  readonly operatingSystem: string;
  /** As OCI writes it: `linux/amd64`. */
  readonly platform: string;
  /** Whether its images are in containerd's image store. */
  readonly hasContainerdStore: boolean;
  /** Whether an image may be an index, and each of its platforms can be read. */
  readonly holdsIndexes: boolean;
  /** Where the engine keeps its images; `undefined` when it is not on this machine. */
  readonly dataFolder?: string;
}

export interface BuildRequest {
  /** Absolute path of the folder that is the build context. */
  readonly contextFolder: string;
  /** Absolute path of the Containerfile; it may lie outside the context. */
  readonly containerfile: string;
  readonly tags: readonly string[];
  readonly target?: string;
  /** As OCI writes them; the engine's own by default. Several make an index. */
  readonly platforms?: readonly string[];
  readonly buildArgs: Readonly<Record<string, string | Secret>>;
  /** BuildKit secrets by id. */
  readonly secrets: Readonly<Record<string, Secret>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly noCache: boolean;
  /** Ask registries for newer base images. */
  readonly pull: boolean;
  /** Base images by their name in the Containerfile → the `sha256:…` that the build uses instead of what the name means now. */
  readonly baseDigests?: Readonly<Record<string, string>>;
  /** Caches of other builders that steps may come from. */
  readonly cacheFrom?: readonly CacheEntry[];
  /** For `build`: an inline one. */
  readonly cacheTo?: readonly CacheEntry[];
  /** `default`, `host` or `none`. */
  readonly network?: string;
  /** Paths relative to the context, forward slashes, that are never sent, even if `.dockerignore` includes them. */
  readonly neverSend: readonly string[];
  readonly sources?: BuildSources;
  /** Socket of the ssh agent that steps with `--mount=type=ssh` may use. */
  readonly sshAgent?: string;
  /**
   * What BuildKit keeps of the context and the sources from one build to the next is kept under this key: who knows it can
   * have them. Without it, every build sends everything.
   */
  readonly sessionKey?: Secret;
  /** File that keeps hashes of the context's contents between builds; without it the result has no `context`. */
  readonly contextHashesFile?: string;
  /** Credentials for registries, by host. */
  readonly registryAuth?: Readonly<Record<string, RegistryCredential>>;
  readonly onEvent?: (event: BuildEvent) => void;
  /** Awaited before more of the progress is read. */
  readonly caughtUp?: () => Promise<void>;
  /** Redacts what an error will quote before it is cut: half a secret cannot be recognized. */
  readonly redactor?: Pick<Redactor, 'redact' | 'redactValue' | 'stream'>;
  readonly signal?: AbortSignal;
}

/** A folder that steps of the build read, in addition to the context. */
export interface BuildSources {
  readonly files: readonly VirtualFile[];
  /**
   * `named-context`: as the build context `de-build-sources`, from Docker Engine 23 on. `graft`: as the folder
   * `.de-build-sources` of the build context.
   */
  readonly offer: 'named-context' | 'graft';
  /** The Containerfile with the folder mounted into its steps. */
  readonly containerfile: string;
  /** What was inserted into it for that; no step's name has it. */
  readonly inserted: readonly string[];
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
  /** Base images as the build resolved them, when the builder reports them: reference → `sha256:…`. */
  readonly baseDigests: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
  /**
   * What the builder was offered of the context: its digest `sha256:…` and its number of files. Absent when the builder
   * asked for nothing, or the request has no `contextHashesFile`.
   */
  readonly context?: { readonly digest: string; readonly files: number };
}

export interface BuildStepTiming {
  /** As the builder names it: `[builder 2/4] RUN bench init`. */
  readonly name: string;
  readonly durationMs: number;
  readonly cached: boolean;
}

export interface Images {
  /** Every image with a tag in this repository (`desiredeffect/erpnext-custom`). */
  list(repository: string): Promise<readonly TaggedImage[]>;
  /** `undefined` when there is no such image. Of an index, one platform: the engine's own, if it has that. */
  inspect(reference: string): Promise<ImageDetails | undefined>;
  /** The platforms for which an image is here, as OCI writes them; one unless it is an index, none when it is missing. */
  platformsOf(reference: string): Promise<readonly string[]>;
  /** The same images, of which indexes are read for this platform. An image keeps its id, that of the index. */
  forPlatform(platform: string): Images;
  /** Gives `image` (id or reference) the name `repository:tag`, taking it from any other image. */
  tag(image: string, reference: string): Promise<void>;
  /** Removes a name, as `docker rmi` does, and with its last name the image. A missing name is not an error. */
  untag(reference: string): Promise<void>;
  /** One file's bytes, read from a container that is never started; `undefined` when there is no such file. */
  readFile(image: string, path: string): Promise<Buffer | undefined>;
  /** Containers of `readFile` that exist for these images. An image cannot be removed while it has one. */
  readingContainers(images: readonly string[]): Promise<readonly ReadingContainer[]>;
  /** A missing container is not an error. */
  removeReadingContainer(id: string): Promise<void>;
  /**
   * The image as `docker save` writes it: a tar with its layers, in the legacy layout or in OCI's. Docker 20.10 first
   * copies the layers, and needs disk space for them.
   * @throws DeBuildError `engine-object-missing`, `engine-*`, here or from the stream
   */
  save(image: string, signal?: AbortSignal): Promise<Readable>;
  /** All that the engine reports of an image, unchanged; the history's newest entry first. */
  describe(image: string): Promise<ImageDescription>;
  /** Every image with this label, tagged or not. */
  listByLabel(label: string): Promise<readonly LabelledImage[]>;
  /**
   * Loads what `docker save` wrote, compressed or not. An image in it that has a name gets that name.
   * @throws DeBuildError `image-not-loaded`, `engine-*`; what the stream fails with; the signal's reason
   */
  load(archive: Readable, signal?: AbortSignal): Promise<void>;
}

export interface ReadingContainer {
  readonly id: string;
  /** Its process has exited, or it is older than that of a running process ever is. */
  readonly isAbandoned: boolean;
}

/** Image registries, through the engine. */
export interface Registries {
  /**
   * The digest that a registry has for a name and tag; `undefined` when it has none, or does not report it.
   * @throws DeBuildError `registry-refused`, `registry-unreachable`, `engine-*`
   */
  digestOf(reference: string, access: RegistryAccess): Promise<string | undefined>;
  /**
   * Pushes the image of this name.
   * @returns its digest in the registry
   * @throws DeBuildError `registry-refused`, `registry-unreachable`, `engine-*`; the signal's reason
   */
  push(reference: string, access: RegistryAccess): Promise<string>;
  /**
   * Pulls `host/name@sha256:…`.
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
  /** Names with tags; may be empty. */
  readonly tags: readonly string[];
  /** ISO 8601. */
  readonly createdAt: string;
  readonly sizeBytes: number;
  readonly labels: Readonly<Record<string, string>>;
}

export interface TaggedImage extends Omit<LabelledImage, 'tags'> {
  readonly tag: string;
}

export interface ImageDetails extends LabelledImage {
  readonly repoDigests: readonly string[];
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
  /** BuildKit's records of builds; none on engines before 24. */
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
