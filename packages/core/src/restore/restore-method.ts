import type { Engine } from '../engine/engine.ts';
import type { RecordedRelease } from '../flow/recorded-release.ts';
import type { Archive } from '../manifests/archives.ts';
import type { RebuildOutcome } from '../rebuild/rebuild-report.ts';

/** `local`: the image has its tag; `retag`: it is on the engine without it. */
export type RestoreMethodKind = 'local' | 'retag' | 'archive' | 'registry' | 'rebuild';

/** The result of one method. */
export interface RestoreAttempt {
  readonly method: RestoreMethodKind;
  /** A tag, a file, a name in a registry, an id. */
  readonly from: string;
  /** `available` and `missing` are the results of a dry run, which does not query a registry. */
  readonly state: 'used' | 'failed' | 'available' | 'missing';
  /** Why it failed, or is missing. */
  readonly why?: string;
}

/** A way to get the recorded image onto the engine. */
export interface RestoreMethod {
  readonly kind: RestoreMethodKind;
  readonly from: string;
  /** What is known without trying. */
  check(): Promise<Availability>;
  /** Restores the image on the engine; a rebuild tags it as well. @throws DeBuildError */
  restore(): Promise<RebuildOutcome | undefined>;
}

export type Availability =
  | { readonly state: 'available' }
  | { readonly state: 'missing' | 'damaged'; readonly why: string };

/** What is restored, and its possible sources. */
export interface Restoring {
  readonly release: RecordedRelease;
  /** `acme/erp:1.4.0` */
  readonly reference: string;
  readonly archives: readonly Archive[];
  readonly engine: Engine;
  /** An archive that was moved, or the folder it is in. */
  readonly from: string | undefined;
  readonly rebuild: 'identical' | 'equivalent' | 'never';
  readonly dryRun: boolean;
}
