import type { FileDifferences } from '../audit/compare-trees.ts';
import type { Change, PackagesDiff } from '../diff/release-diff.ts';
import type { BuildPlan } from '../release/plan/plan.ts';

/**
 * `identical`: it is the recorded image. `equivalent`: all its files are those of the recorded one, except for times.
 * `different`: they are not. `unproven`: neither the recorded image nor digests of its files are available.
 */
export type RebuildVerdict = 'identical' | 'equivalent' | 'different' | 'unproven';

/** A rebuild and its result. */
export interface RebuiltRelease {
  readonly dryRun: boolean;
  readonly siteVersion: string;
  /** `desiredeffect/erpnext-custom:1.4.0` */
  readonly reference: string;
  /** The recorded image. */
  readonly recordedId: string;
  readonly plan: BuildPlan;
  readonly source: RebuildSource;
  readonly bases: readonly PinnedBase[];
  /** Apps whose commit has to be fetched from their host; only with `dryRun`. */
  readonly toFetch: readonly string[];
  /** `undefined` with `dryRun`. */
  readonly outcome: RebuildOutcome | undefined;
}

/** Where the Containerfile and the context come from. */
export interface RebuildSource {
  /** `commit`: of the site's repository; `folder`: the site's current folder. */
  readonly from: 'commit' | 'folder';
  /** The recorded one; `null` when the site was in no repository. */
  readonly commit: string | null;
  /** Whether the Containerfile has the recorded digest. The context's digest is known after the build. */
  readonly isExact: boolean;
  /** Why it is not the commit, or not exact. */
  readonly why?: string;
}

/** A base image, as the build gets it. */
export interface PinnedBase {
  /** As the Containerfile names it. */
  readonly reference: string;
  /** Recorded. */
  readonly digest: string | null;
  /**
   * `name`: its name still means the recorded one; `engine`: it is on the engine, and its name means another now;
   * `registry`: it is pulled by its digest; `other`: it is not available, and another one replaces it.
   */
  readonly from: 'name' | 'engine' | 'registry' | 'other';
}

export interface RebuildOutcome extends RebuildComparison {
  readonly imageId: string;
  /** The tag it has: its own, or with `replace` the release's. */
  readonly tag: string;
  /** The new name of the image that had the release's tag. */
  readonly keptAside: string | undefined;
  /** The new record, when it took the release's tag. */
  readonly manifestPath: string | undefined;
}

/** The rebuilt image compared with the recorded one. */
export interface RebuildComparison {
  readonly verdict: RebuildVerdict;
  /** What was compared, and what that proves: a sentence. */
  readonly proof: string;
  readonly comparedWith: 'id' | 'image' | 'record';
  readonly apps: readonly RebuiltApp[];
  /** File by file, when the recorded image is available. */
  readonly files: FileDifferences | undefined;
  readonly packages: PackagesDiff;
  /** The inputs of the build that differ from the recorded ones. */
  readonly inputs: readonly Change[];
}

export interface RebuiltApp {
  readonly name: string;
  readonly commit: string;
  /** Of the files in its folder; `times`: the same except for times within them. */
  readonly files: 'same' | 'times' | 'differ' | 'unknown';
}
