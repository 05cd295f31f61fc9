import type { ResolvedApp } from '../../apps/app.ts';
import type { Engine } from '../../engine/engine.ts';
import type { OpenSite } from '../../flow/open-site.ts';
import type { Secret } from '../../secrets/secret.ts';
import type { SiteConfig } from '../../site/site-config.ts';
import type { BuildPlan } from './plan.ts';

/** A plan, and what carrying it out needs that a plan must not hold: secrets, paths, the engine. */
export interface Decision {
  readonly plan: BuildPlan;
  /** As it is; of a rebuild, as it was when it was released. */
  readonly site: OpenSite;
  readonly frappe: ResolvedApp | undefined;
  readonly apps: readonly ResolvedApp[];
  /** Values of build args, placeholders filled. */
  readonly buildArgs: Readonly<Record<string, string | Secret>>;
  readonly engine: Engine;
  readonly files: BuildFiles;
  readonly force: boolean;
  /** The commits come from a record, wherever their refs point now. */
  readonly isFrozen: boolean;
  /**
   * Seconds, of a rebuild. A release has none: BuildKit from 0.25 on dates what WORKDIR makes by it, and every later step
   * would miss the cache.
   */
  readonly sourceDateEpoch?: string | undefined;
  readonly audit: SiteConfig['audit'];
  readonly keepsFailed: boolean;
}

/** Where a build takes its files from. */
export interface BuildFiles {
  /** What the paths in the site's configuration are relative to: its own folder, or a copy of it as it was. */
  readonly folder: string;
  /** Absolute. */
  readonly containerfile: string;
  /** Where hashes of the context are kept from one build to the next. */
  readonly hashesFile: string;
}
