import type { ResolvedApp } from '../../apps/app.ts';
import type { BuildArgSource } from '../../apps/build-args.ts';
import type { CacheInput } from '../../apps/cache-input.ts';
import type { ResolvedRepository, UnpinnedRepository } from '../../apps/repository.ts';
import type { Finding } from '../../errors/finding.ts';
import type { Dialect } from '../../site/containerfile.ts';
import type { TokenDelivery } from './token-delivery.ts';

/**
 * Everything that is decided before anything is changed: a plain, frozen value without secrets. The same plan with the same
 * secrets builds the same image. `digest` covers everything but `digest`, `createdAt` and `warnings`.
 */
export interface BuildPlan {
  readonly planVersion: 1;
  /** `sha256:…`; also the image's label `io.de-build.plan.digest`. */
  readonly digest: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly siteVersion: string;
  /** `desiredeffect/erpnext-custom:1.4.0`. */
  readonly reference: string;
  readonly image: string;
  readonly frappe: PlannedApp | undefined;
  readonly apps: readonly PlannedApp[];
  /** Cloned by the Containerfile, from pinned commits. */
  readonly repositories: readonly PlannedRepository[];
  /** Cloned by the Containerfile from the hosts. */
  readonly unpinnedRepositories: readonly UnpinnedRepository[];
  readonly containerfile: { readonly path: string; readonly digest: string };
  /** The build context, relative to the site's folder. */
  readonly context: string;
  readonly dialect: Dialect;
  /** A sensitive build arg has its placeholder text here, never its value. */
  readonly buildArgs: Readonly<Record<string, PlannedBuildArg>>;
  readonly baseImages: readonly PlannedBaseImage[];
  readonly cache: PlannedCache;
  /** As `docker buildx build` writes them. */
  readonly sharedCache: { readonly cacheFrom: readonly string[]; readonly cacheTo: readonly string[] };
  readonly tokenDelivery: TokenDelivery;
  readonly target: string | undefined;
  /** As OCI writes them; none is the engine's own, and several are one image, an index. */
  readonly platforms: readonly string[];
  readonly network: string | undefined;
  /** The builder beside the engine, if one builds. */
  readonly builder: { readonly name: string; readonly driver: string } | undefined;
  readonly pull: boolean;
  /** Whether the image is pushed to its registry. */
  readonly push: boolean;
  readonly siteRepository: PlannedSiteRepository | undefined;
  /** Tags that exist and will be moved aside, with `--force`. */
  readonly replaces: { readonly imageId: string; readonly tag: string } | undefined;
  readonly warnings: readonly Finding[];
}

/** A resolved app without its credential. */
export type PlannedApp = Omit<ResolvedApp, 'credential' | 'line' | 'place'>;

/** Without its credential; `app` is what bench will call the app of it. */
export interface PlannedRepository extends Omit<ResolvedRepository, 'credential' | 'spelling' | 'by'> {
  readonly app: string | undefined;
}

export interface PlannedBuildArg {
  readonly value: string;
  readonly source: BuildArgSource;
  readonly sensitive: boolean;
}

export interface PlannedBaseImage {
  readonly reference: string;
  /** `sha256:…`: the registry's digest, or the image's id if it never was in one; `undefined` when it is not on the engine. */
  readonly digest: string | undefined;
  /** Whether the final image is based on it; the others are of builder stages. */
  readonly isFinal: boolean;
}

export interface PlannedCache {
  /** False: every step runs again. */
  readonly use: boolean;
  /** What adds the apps' commits to the cache's key. */
  readonly input: CacheInput['input'];
  /** Digest of the resolved commits. */
  readonly digest: string;
  /** Why the cache is not used, when it is not. */
  readonly reason: string | undefined;
}

export interface PlannedSiteRepository {
  readonly commit: string;
  readonly branch: string | undefined;
  readonly isDirty: boolean;
  /** Without credentials. */
  readonly remoteUrl: string | undefined;
}
