/**
 * @packageDocumentation
 * Releases self-hosted Frappe/ERPNext sites, and any site built the same way, as Docker images.
 * `docs/library.md` shows how to use it.
 */

export type { App, ResolvedApp } from './apps/app.ts';
export type { BuildArgSource } from './apps/build-args.ts';
export { type ArchiveDestination, parseArchiveDestination } from './archive/archive-destination.ts';
export {
  type ArchivedRelease,
  type ArchiveOptions,
  archiveRelease,
} from './archive/archive-release.ts';
export type { ChangedFile, FileAspect, FileDifferences } from './audit/compare-trees.ts';
export { describeForm, describePlace } from './audit/leaks/describe-leak.ts';
export { describeUnread } from './audit/leaks/describe-unread.ts';
export { joinLeaks } from './audit/leaks/join-leaks.ts';
export type {
  ConfigPlace,
  EnginePlace,
  FilePlace,
  LayerPlace,
  Leak,
  LeakedPlace,
  LeakForm,
  LeakPlace,
  Unread,
  UnreadContent,
} from './audit/leaks/leak.ts';
export { type AuditOptions, type AuditReport, auditImage, auditImages } from './audit-image/audit-image.ts';
export { type BackUpOptions, backUpSites } from './backup/back-up-sites.ts';
export type { ListedBackups, MadeBackup, StoredBackup } from './backup/backup-store.ts';
export { type BackupTimer, type BackupTimerOptions, backupTimer } from './backup/backup-timer.ts';
export {
  type ListBackupsOptions,
  listBackups,
  type PruneBackupsOptions,
  type PrunedBackups,
  pruneBackups,
} from './backup/list-backups.ts';
export type { JudgedBackup } from './backup/plan-retention.ts';
export { type RestoreBackupOptions, type RestoredBackup, restoreBackup } from './backup/restore-backup.ts';
export {
  type RestoredDatabase,
  type VerifiedBackup,
  type VerifiedFile,
  type VerifyBackupOptions,
  verifyBackup,
} from './backup/verify-backup.ts';
export { type BumpedSite, type BumpSiteOptions, bumpSite } from './bump/bump-site.ts';
export { type DeployedSiteReport, type DeployOptions, deploySite } from './deploy/deploy-site.ts';
export type { Deployment } from './deploy/deployment.ts';
export type { DeploymentPlan } from './deploy/deployment-plan.ts';
export type { DatabaseLoss } from './deploy/describe-loss.ts';
export type { Ledger, LedgerEntry } from './deploy/ledger.ts';
export { readHistory } from './deploy/read-history.ts';
export { type DiffOptions, diffReleases } from './diff/diff-releases.ts';
export type {
  Change,
  DiffedApp,
  DiffedRelease,
  MovedApp,
  PackageChange,
  PackagesDiff,
  ReleaseDiff,
} from './diff/release-diff.ts';
export {
  type Diagnosis,
  type DoctorOptions,
  type DoctorReport,
  diagnoseSite,
} from './doctor/diagnose-site.ts';
export type {
  BuildEvent,
  BuildLogEvent,
  BuildStepEvent,
  BuildWarningEvent,
} from './engine/build-event.ts';
export { connectEngine } from './engine/connect-engine.ts';
export type { ConnectOptions } from './engine/connect-options.ts';
export type {
  BuildCache,
  BuildRecord,
  BuildRequest,
  BuildStepTiming,
  BuiltImage,
  CacheRecord,
  Engine,
  EngineInfo,
  ImageDetails,
  Images,
  LabelledImage,
  PruneOptions,
  PruneResult,
  Registries,
  RegistryAccess,
  RegistryCredential,
  TaggedImage,
} from './engine/engine.ts';
export { readableStep } from './engine/step-name.ts';
export { DeBuildError, type ErrorDocument, type Failure, isDeBuildError } from './errors/de-build-error.ts';
export { EXIT, type ExitCode } from './errors/exit-codes.ts';
export type { Finding, Severity } from './errors/finding.ts';
export { systemLimit } from './errors/process-failures.ts';
export { folderGone } from './errors/site-failures.ts';
export type {
  CheckEvent,
  CheckResult,
  FlowEvent,
  LeakEvent,
  NoticeEvent,
  StageEvent,
} from './flow/event.ts';
export { learnSecrets } from './flow/learn-secrets.ts';
export { parseLockWait } from './flow/lock-wait.ts';
export { ownVersion } from './flow/own-version.ts';
export { readRecord, readRecords } from './flow/read-records.ts';
export type { UnitFile } from './flow/systemd-units.ts';
export type { Environment, SiteOptions } from './flow/tools.ts';
export { type LockedSiteOptions, withLockedSite } from './flow/with-locked-site.ts';
export type { DeploymentReason, DeploymentVerdict } from './frappe/judge-deployment.ts';
export type { CommitFile, CommitHistory, CommitRange } from './git/commit-history.ts';
export type { CommitsBetween, KnownCommits } from './git/commits-between.ts';
export type { PrunedRepository } from './git/mirror/prune-repository.ts';
export type { Credential, GitRemote, RemoteRefs, RemoteTag, Repository } from './git/remote.ts';
export { type AppsReport, type ListAppsOptions, listApps } from './list-apps/list-apps.ts';
export type { ListedBase } from './list-apps/list-base-images.ts';
export type { ListedApp } from './list-apps/listed-app.ts';
export { type Archive, type FileArchive, type RegistryArchive, readArchives } from './manifests/archives.ts';
export type { BackedUpSite, BackupFile, BackupFiles, BackupManifest } from './manifests/backup-manifest.ts';
export { type Manifest, manifestSchema } from './manifests/manifest.ts';
export { readManifest, readManifests } from './manifests/manifest-store.ts';
export { type ProvenanceStatement, provenanceOf, type ResourceDescriptor } from './manifests/provenance.ts';
export { type MarkedPatch, type MarkPatchOptions, markPatch } from './migrate/mark-patch.ts';
export { type MigratedSites, type MigrateOptions, migrateSites } from './migrate/migrate-sites.ts';
export { omitUndefined } from './omit-undefined.ts';
export { type AttachOptions, attachService } from './operate/attach-service.ts';
export { openShell, type ShellOptions } from './operate/open-shell.ts';
export { type ComposeCommandOptions, runComposeCommand } from './operate/run-compose.ts';
export { type ScaledServices, type ScaleOptions, scaleServices } from './operate/scale-services.ts';
export {
  type BusyHours,
  parseHours,
  type ScaleTimer,
  type ScaleTimerOptions,
  scaleTimer,
} from './operate/scale-timer.ts';
export type { ProgressEvent } from './progress/progress.ts';
export type { KeepReason } from './prune/choose-images.ts';
export { type PruneCacheOptions, type PrunedCache, pruneBuildCache } from './prune/prune-build-cache.ts';
export { type PrunedImages, type PruneImagesOptions, pruneImages } from './prune/prune-images.ts';
export { parseKeepStorage, parseOlderThan } from './prune/prune-limits.ts';
export { type PrunedMirror, type PruneMirrorOptions, pruneMirror } from './prune/prune-mirror.ts';
export { type RebuildOptions, rebuildRelease } from './rebuild/rebuild-release.ts';
export type {
  PinnedBase,
  RebuildComparison,
  RebuildOutcome,
  RebuildSource,
  RebuildVerdict,
  RebuiltApp,
  RebuiltRelease,
} from './rebuild/rebuild-report.ts';
export {
  type RehearsedDeployment,
  type RehearsedSite,
  type RehearseOptions,
  rehearseDeployment,
} from './rehearse/rehearse-deployment.ts';
export { type CheckOptions, type CheckReport, checkSite } from './release/check/check-site.ts';
export { parseBuildArgs } from './release/plan/parse-build-args.ts';
export type {
  BuildPlan,
  PlannedApp,
  PlannedBaseImage,
  PlannedBuildArg,
  PlannedCache,
  PlannedSiteRepository,
} from './release/plan/plan.ts';
export { planRelease, type ReleaseOptions } from './release/plan/plan-release.ts';
export { buildRelease, type ReleaseResult, type ReleaseRun } from './release/release.ts';
export type { RestoreAttempt, RestoreMethodKind } from './restore/restore-method.ts';
export {
  type RestoredRelease,
  type RestoreOptions,
  restoreRelease,
} from './restore/restore-release.ts';
export {
  type LostTag,
  type RetaggedImages,
  type RetagOptions,
  retagImages,
} from './restore/retag-images.ts';
export { deployOrRollBack } from './rollback/deploy-or-roll-back.ts';
export { type RollbackOptions, type RolledBackSite, rollBackSite } from './rollback/roll-back-site.ts';
export { keepMemoryOutOfCoreDumps } from './secrets/core-dumps.ts';
export { createRedactor, type RedactedStream, type Redactor } from './secrets/redactor.ts';
export { Secret } from './secrets/secret.ts';
export { makeVisible } from './secrets/visible-text.ts';
export { type AppEntry, appEntrySchema } from './site/apps-json.ts';
export type { Dialect } from './site/containerfile.ts';
export type { EnvEntry, EnvFile } from './site/env-file.ts';
export { deriveEnvSchema } from './site/env-schema.ts';
export { findSite, isSite, requireSite } from './site/find-site.ts';
export { nearestName } from './site/nearest-name.ts';
export { readSite } from './site/read-site.ts';
export type { Site } from './site/site.ts';
export { type SiteConfig, siteConfigSchema } from './site/site-config.ts';
export type { ContainerStatus, ScaleDrift } from './status/container-status.ts';
export type { BackupStatus } from './status/read-backups.ts';
export type { DiskStatus } from './status/read-disk.ts';
export type { QueueStatus } from './status/read-queues.ts';
export { readStatus, type SiteStatus, type StatusOptions } from './status/read-status.ts';
export type { VerifiedPoint } from './verify/verified-point.ts';
export {
  type ReleaseVerification,
  type VerifyOptions,
  verifyRelease,
} from './verify/verify-release.ts';
export type { SchemeName } from './version/schemes.ts';
