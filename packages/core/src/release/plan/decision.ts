import type { ResolvedApp } from '../../apps/app.ts';
import type { ResolvedRepository } from '../../apps/repository.ts';
import type { Engine } from '../../engine/engine.ts';
import type { OpenSite } from '../../flow/open-site.ts';
import type { Secret } from '../../secrets/secret.ts';
import type { SiteConfig } from '../../site/site-config.ts';
import type { BuildPlan } from './plan.ts';
import type { SharedCache } from './shared-cache.ts';

/** A plan, and what it must not hold but its execution needs: secrets, paths, the engine. */
export interface Decision {
  readonly plan: BuildPlan;
  /** The current site; for a rebuild, the site at the release. */
  readonly site: OpenSite;
  readonly frappe: ResolvedApp | undefined;
  readonly apps: readonly ResolvedApp[];
  /** Those that the Containerfile clones and that are pinned. */
  readonly repositories: readonly ResolvedRepository[];
  /** Values of build args, placeholders filled. */
  readonly buildArgs: Readonly<Record<string, string | Secret>>;
  readonly engine: Engine;
  readonly files: BuildFiles;
  readonly force: boolean;
  /** The commits come from a record, even if their refs have moved. */
  readonly isFrozen: boolean;
  /**
   * In seconds, for a rebuild. A release has none: BuildKit from 0.25 on dates the files of WORKDIR by it, and every later step
   * would miss the cache.
   */
  readonly sourceDateEpoch?: string | undefined;
  /** For a rebuild: see `BuildRequest`. */
  readonly baseDigests?: Readonly<Record<string, string>>;
  readonly sharedCache: SharedCache;
  readonly audit: SiteConfig['audit'];
  readonly keepsFailed: boolean;
}

/** Where a build takes its files from. */
export interface BuildFiles {
  /** The base of paths in the site's configuration: its own folder, or a checkout of the recorded commit. */
  readonly folder: string;
  /** Absolute. */
  readonly containerfile: string;
  /** Where hashes of the context are kept from one build to the next. */
  readonly hashesFile: string;
}
