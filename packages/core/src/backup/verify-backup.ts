import { join } from 'node:path';
import { benchContainerOf, findProject } from '../deploy/find-project.ts';
import { findServiceImages } from '../deploy/service-images.ts';
import { withThrowAwayBench } from '../deploy/throw-away-bench.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { changeSite } from '../flow/change-site.ts';
import type { OpenSite } from '../flow/open-site.ts';
import { inStage } from '../flow/stage.ts';
import type { Flow, Tools } from '../flow/tools.ts';
import { openBench } from '../frappe/bench/bench.ts';
import type { DatabaseContents } from '../frappe/bench/bench-answers.ts';
import { readDump, readTar, type StreamReader } from '../frappe/bench/stream-readers.ts';
import { verifySaved } from '../frappe/bench/verify-saved.ts';
import { type BackupFile, type BackupManifest, filesOfSite } from '../manifests/backup-manifest.ts';
import { measureProgress } from '../progress/progress.ts';
import type { StoredBackup } from './backup-store.ts';
import type { ListBackupsOptions } from './list-backups.ts';
import { openStores } from './open-stores.ts';
import { readConfigs } from './read-configs.ts';

export interface VerifyBackupOptions extends ListBackupsOptions {
  /** Its id, or a beginning that only one has. Default: the newest. */
  readonly id?: string | undefined;
  /** Also load its databases into a throw-away one, and count their rows. Default: false. */
  readonly restore?: boolean;
  /** The Compose project, for `restore`. */
  readonly project?: string | undefined;
}

/** A backup that was read to its end. */
export interface VerifiedBackup {
  readonly backup: StoredBackup;
  readonly isWhole: boolean;
  readonly files: readonly VerifiedFile[];
  /** With `restore`. */
  readonly restored?: readonly RestoredDatabase[];
}

export interface VerifiedFile {
  /** Relative to the folder of the backup. */
  readonly file: string;
  readonly sizeBytes: number;
  /** Why it cannot be used, as a sentence. */
  readonly problem?: string;
}

export interface RestoredDatabase extends DatabaseContents {
  readonly site: string;
  readonly durationMs: number;
}

const VERIFY: Flow = {
  name: 'backup-verify',
  stages: ['read', 'restore'],
  unchanged: 'It changes nothing.',
};

/**
 * Reads every file of a backup to its end, and compares it with what was saved. With `restore` its databases are loaded into a
 * throw-away one beside the project, which is not touched.
 * @throws DeBuildError `backup-not-found`, `backup-damaged`, `database-image-unknown`, `throw-away-failed`, `restic-*`,
 * `project-*`, `engine-*`
 */
export function verifyBackup(options: VerifyBackupOptions): Promise<VerifiedBackup> {
  const { id, to, restore = false } = options;
  const what = ['backup verify', ...(id === undefined ? [] : [id]), ...(restore ? ['--restore'] : [])].join(
    ' ',
  );
  return changeSite(options, { flow: VERIFY, what, lock: 'live' }, async (site, tools) => {
    const { store, backup } = await openStores(site, to, tools).find(id);
    return store.open(backup, async (folder, manifest) => {
      const files = await inStage(tools, { stage: 'read', title: `Reading ${backup.id}` }, () =>
        verifyFiles(folder, manifest, tools),
      );
      const isWhole = files.every(({ problem }) => problem === undefined);
      if (!restore || !isWhole) return { backup, isWhole, files };
      const restored = await inStage(
        tools,
        { stage: 'restore', title: 'Loading it into a throw-away database' },
        () => tryRestore(site, tools, { folder, manifest, what, project: options.project }),
      );
      return { backup, isWhole, files, restored };
    });
  });
}

/** Every file, also after one that is damaged. */
async function verifyFiles(
  folder: string,
  { sites }: BackupManifest,
  { emit, signal }: Pick<Tools, 'emit' | 'signal'>,
): Promise<readonly VerifiedFile[]> {
  const found: VerifiedFile[] = [];
  for (const one of sites.flatMap(filesOfSite)) {
    signal.throwIfAborted();
    const { file, sizeBytes } = one;
    const reader = readerOf(one);
    const title = `Reading ${file}`;
    const meter = measureProgress({ id: file, title, unit: 'bytes', total: sizeBytes }, emit);
    const saved = { path: join(folder, file), sha256: one.sha256 };
    try {
      await verifySaved(saved, { ...(reader === undefined ? {} : { reader }), onBytes: meter.set });
      found.push({ file, sizeBytes });
    } catch (error) {
      if (!isDeBuildError(error)) throw error;
      found.push({ file, sizeBytes, problem: error.why });
    }
    meter.end();
  }
  return found;
}

function readerOf({ file }: BackupFile): StreamReader<unknown> | undefined {
  if (file.endsWith('.sql.gz')) return readDump();
  return file.endsWith('.tar') ? readTar() : undefined;
}

async function tryRestore(
  site: OpenSite,
  tools: Tools,
  opened: {
    readonly folder: string;
    readonly manifest: BackupManifest;
    readonly what: string;
    readonly project: string | undefined;
  },
): Promise<readonly RestoredDatabase[]> {
  const { folder, manifest, what } = opened;
  const { containers } = await tools.engine();
  const project = await findProject(site, containers, opened.project);
  const { image, benchFolder, backup } = site.config;
  const like = benchContainerOf(project, image, benchFolder);
  const common = await openBench(containers, like.id, benchFolder).commonConfig();
  const services = await findServiceImages(containers, project, common, backup.databaseImage);
  const sites = await readConfigs(folder, manifest, tools.redactor);
  const { signal } = tools;
  const options = {
    project: project.name,
    like,
    image: like.imageId,
    benchFolder,
    services,
    sites,
    what,
    signal,
  };
  return withThrowAwayBench({ containers }, { ...options, now: tools.now() }, async (bench) => {
    const restored: RestoredDatabase[] = [];
    for (const { name, database } of manifest.sites) {
      const started = performance.now();
      await bench.restore(name, join(folder, database.file), undefined);
      const durationMs = Math.round(performance.now() - started);
      restored.push({ site: name, durationMs, ...(await bench.countRows(name)) });
    }
    return restored;
  });
}
