import type { FileDifferences } from '../audit/compare-trees.ts';
import type { Change, PackagesDiff } from '../diff/release-diff.ts';
import type { BuildPlan } from '../release/plan/plan.ts';

/**
 * `identical`: it is the recorded image. `equivalent`: all its files are those of the recorded one, but for times.
 * `different`: they are not. `unproven`: neither the recorded image nor digests of its files are there to compare with.
 */
export type RebuildVerdict = 'identical' | 'equivalent' | 'different' | 'unproven';

/** What it is to build a release anew, and what came of it. */
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
  /** Apps whose commit the mirror does not hold whole, so that a host is asked for it; looked at with `dryRun` only. */
  readonly toFetch: readonly string[];
  /** `undefined` with `dryRun`. */
  readonly outcome: RebuildOutcome | undefined;
}

/** Where the Containerfile and the context come from. */
export interface RebuildSource {
  /** `commit`: of the site's repository; `folder`: as they lie in the site's folder now. */
  readonly from: 'commit' | 'folder';
  /** The recorded one; `null` when the site was no repository. */
  readonly commit: string | null;
  /** Whether the Containerfile has the recorded digest. That of the context is known when it was built. */
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
   * `name`: its name still means the recorded one; `engine`: it is on the engine, and its name has moved on;
   * `registry`: it is fetched by its digest; `other`: it is not to be had, and another one takes its place.
   */
  readonly from: 'name' | 'engine' | 'registry' | 'other';
}

export interface RebuildOutcome extends RebuildComparison {
  readonly imageId: string;
  /** The tag it has: its own, or with `replace` the release's. */
  readonly tag: string;
  /** The name that an image got which had the release's tag. */
  readonly keptAside: string | undefined;
  /** The new record, when it took the release's tag. */
  readonly manifestPath: string | undefined;
}

/** How the rebuilt image stands against the recorded one. */
export interface RebuildComparison {
  readonly verdict: RebuildVerdict;
  /** What was compared, and what that proves: a sentence. */
  readonly proof: string;
  readonly comparedWith: 'id' | 'image' | 'record';
  readonly apps: readonly RebuiltApp[];
  /** File by file, when the recorded image is at hand. */
  readonly files: FileDifferences | undefined;
  readonly packages: PackagesDiff;
  /** What went into the build, where it differs from what was recorded. */
  readonly inputs: readonly Change[];
}

export interface RebuiltApp {
  readonly name: string;
  readonly commit: string;
  /** Of the files in its folder; `times`: the same but for times that stand within them. */
  readonly files: 'same' | 'times' | 'differ' | 'unknown';
}
