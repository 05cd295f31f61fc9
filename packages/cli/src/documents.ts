import type {
  AppsReport,
  ArchivedRelease,
  AuditReport,
  BackupTimer,
  BuildPlan,
  BumpedSite,
  CheckReport,
  DeployedSiteReport,
  DoctorReport,
  ErrorDocument as Failed,
  FlowEvent,
  Ledger,
  ListedBackups,
  MadeBackup,
  Manifest,
  MarkedPatch,
  MigratedSites,
  PrunedBackups,
  PrunedCache,
  PrunedImages,
  PrunedMirror,
  RebuiltRelease,
  RehearsedDeployment,
  ReleaseDiff,
  ReleaseResult,
  ReleaseVerification,
  RestoredBackup,
  RestoredRelease,
  RetaggedImages,
  RolledBackSite,
  ScaledServices,
  ScaleTimer,
  SiteStatus,
  VerifiedBackup,
} from '@de-build/core';

// What each command prints with `--json`. `scripts/write-cli-schemas.mjs` makes the published JSON Schemas of these types.

/** The release; with `--dry-run` its plan. */
export type BuildDocument = ReleaseResult | { readonly plan: BuildPlan };
/** The result of every check. */
export type CheckDocument = CheckReport;
/** The version before and after. */
export type BumpDocument = BumpedSite;
/** The manifests of the recorded releases, newest first. */
export type ListDocument = readonly Manifest[];
/** The manifest of a release. */
export type ShowDocument = Manifest;
/** The apps, compared with the last release. */
export type AppsDocument = AppsReport;
/** Every property in which an image was compared with its record. */
export type VerifyDocument = ReleaseVerification;
/** What was found in an image; with `--all` in every image. */
export type AuditDocument = AuditReport | { readonly images: readonly AuditReport[] };
/** What changed between two releases. */
export type DiffDocument = ReleaseDiff;
/** What a release was rebuilt from, and how it compares. */
export type RebuildDocument = RebuiltRelease;
/** Where a release was archived. */
export type ArchiveDocument = ArchivedRelease;
/** How a release was restored. */
export type RestoreDocument = RestoredRelease;
/** Which images got their tags back. */
export type RetagDocument = RetaggedImages;
/** What runs, compared with the Compose files. */
export type StatusDocument = SiteStatus;
/** What was deployed; with `--dry-run` what would be; with `--rehearse` how it would go. */
export type DeployDocument = DeployedSiteReport | RehearsedDeployment;
/** What was migrated; with `--dry-run` what would be; with `--skip` and `--again` what was entered into Patch Logs or taken out. */
export type MigrateDocument = MigratedSites | MarkedPatch;
/** What was taken back; with `--dry-run` what would be. */
export type RollbackDocument = RolledBackSite;
/** What was backed up; the backups at hand; whether one is whole; what was removed, or restored; the units of a timer. */
export type BackupDocument =
  | MadeBackup
  | ListedBackups
  | VerifiedBackup
  | PrunedBackups
  | RestoredBackup
  | BackupTimer;
/** Every deployment, rollback and restore of a backup. */
export type HistoryDocument = Ledger;
/** How many containers services have; with `--print-timer` what the units of systemd say. */
export type ScaleDocument = ScaledServices | ScaleTimer;
/** What was freed of the build cache; with `--mirror` of the mirror, with `--images` of the images. */
export type PruneDocument = PrunedCache | PrunedMirror | PrunedImages;
/** What interrupted runs left, and what was repaired. */
export type DoctorDocument = DoctorReport;
/** What every command prints when it fails. */
export type ErrorDocument = { readonly error: Failure };
/** A line of `--progress json`. The last one is the result of the command, or `failed`. */
export type EventDocument = (FlowEvent | FailedEvent | ResultEvent) & {
  /** ISO 8601, UTC. */
  readonly time: string;
};

/** Why the command failed. */
export type Failure = Omit<Failed['error'], 'exitCode'> & {
  /** The exit code of the process: see docs/exit-codes.md; after another signal 128 plus its number. */
  readonly exitCode: number;
};

/** The command failed. */
export type FailedEvent = Failure & { readonly type: 'failed' };

/** The result, with the members of the command's document next to its type; a list is in `items`. */
export interface ResultEvent {
  readonly type:
    | 'released'
    | 'planned'
    | 'checked'
    | 'bumped'
    | 'listed'
    | 'shown'
    | 'apps'
    | 'verified'
    | 'audited'
    | 'compared'
    | 'rebuilt'
    | 'archived'
    | 'restored'
    | 'retagged'
    | 'status'
    | 'deployed'
    | 'migrated'
    | 'rehearsed'
    | 'rolled-back'
    | 'backed-up'
    | 'backups'
    | 'backup-verified'
    | 'backups-pruned'
    | 'backup-restored'
    | 'backup-timer'
    | 'history'
    | 'pruned'
    | 'diagnosed'
    | 'scaled'
    | 'scale-timer';
}
