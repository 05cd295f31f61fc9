import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import type { z } from 'zod';
import type { Containers } from '../../engine/engine.ts';
import { benchCommandFailed, benchToolFailed } from '../../errors/bench-failures.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import { parseJson } from '../../parse-json.ts';
import {
  type BenchDescription,
  type BenchLoad,
  type Bundles,
  bundlesSchema,
  commonSchema,
  contentsSchema,
  type DatabaseContents,
  descriptionSchema,
  loadSchema,
  lostSchema,
  patchesSchema,
  probeSchema,
  restoredSchema,
  type SitePatch,
  type SiteProbe,
  schedulerSchema,
  statusSchema,
  type TriedQueue,
  timeSchema,
  touchedSchema,
  triedSchema,
  type UploadedFiles,
  type WrittenRows,
} from './bench-answers.ts';
import { BENCH_TOOL } from './bench-tool.ts';

/** The bench of a running container, and the databases of its sites. */
export interface Bench {
  readonly container: string;
  /** The apps of its image, and every site, compared with them. */
  describe(): Promise<BenchDescription>;
  /** All lines of patches.txt of a site's apps, in their order. */
  patches(site: string): Promise<readonly SitePatch[]>;
  /** Enters a patch as done, so that it does not run; without a note it is taken out, so that it runs. */
  logPatch(site: string, patch: string, note: string | undefined): Promise<void>;
  /** `bench …`. @throws DeBuildError `bench-command-failed` */
  run(args: readonly string[]): Promise<void>;
  /** Turns maintenance mode on or off. */
  setMaintenance(sites: readonly string[], isOn: boolean): Promise<void>;
  /** A whole dump, packed by gzip, in pieces. @throws DeBuildError `bench-tool-failed` */
  dump(site: string, onOutput: (chunk: Buffer) => Promise<void> | void, signal: AbortSignal): Promise<void>;
  /** Loads a dump, or some tables of it, and removes the tables that it has not. */
  restore(
    site: string,
    dump: string,
    only: readonly string[] | undefined,
  ): Promise<z.infer<typeof restoredSchema>>;
  /** Ends what else works on the database of a site, such as the statement of a client that is gone. */
  disconnectOthers(site: string): Promise<void>;
  /** The uploaded files of a site as a tar, in pieces; links are not followed. @throws DeBuildError `bench-tool-failed` */
  packFiles(
    site: string,
    kind: UploadedFiles,
    onOutput: (chunk: Buffer) => Promise<void> | void,
    signal: AbortSignal,
  ): Promise<void>;
  /** Puts packed files back; others stay. */
  unpackFiles(site: string, kind: UploadedFiles, tar: string): Promise<void>;
  /** Every row is counted. */
  countRows(site: string): Promise<DatabaseContents>;
  /** `sites/common_site_config.json`. May hold secrets. */
  commonConfig(): Promise<Readonly<Record<string, unknown>>>;
  /** Before a migration, so that what an earlier one wrote to is not taken for its. */
  forgetTouchedTables(site: string): Promise<void>;
  /** The tables that the last migrate wrote to; `undefined` where it did not say. */
  touchedTables(site: string): Promise<readonly string[] | undefined>;
  /** @param since `2026-11-29 12:00:00`, as `siteTime` */
  rowsSince(site: string, since: string): Promise<readonly WrittenRows[]>;
  /** Asks a frontend for the pages of a site. @param base `http://frontend:8080` */
  probe(base: string, site: string): Promise<SiteProbe>;
  /** Sends a job that does nothing through queues, and waits for so long until they ran. */
  tryQueues(site: string, queues: readonly string[], seconds: number): Promise<readonly TriedQueue[]>;
  /** Its queues, and the free space of its sites. */
  load(): Promise<BenchLoad>;
  /** Why the scheduler passes a site over; nothing if it does not. */
  schedulerOff(site: string): Promise<readonly string[]>;
  /** The HTTP status of a page; 0 where nothing answers. */
  status(url: string, site: string): Promise<number>;
  /**
   * In the container of a frontend: nginx looks up its upstreams again, and takes new connections with what it found.
   * @param addresses of names that must not be looked up, until its container is started again
   * @throws DeBuildError `bench-tool-failed`
   */
  reloadNginx(addresses: Readonly<Record<string, readonly string[]>>): Promise<void>;
  /** The files that pages of its image name by a hash. */
  bundles(): Promise<Bundles>;
  /** Some of them, as a tar. */
  packBundles(files: readonly string[]): Promise<Buffer>;
  /** The time that the site writes into its rows: `2026-11-29 12:00:00.123456`. */
  siteTime(site: string): Promise<string>;
  /** Writes `sites/apps.txt` for the apps of the image. */
  listApps(): Promise<void>;
  writeAppList(text: string): Promise<void>;
  /** The text of its site_config.json. Holds secrets. */
  siteConfig(site: string): Promise<string>;
}

const SCRATCH = '/tmp';
type ExecOptions = NonNullable<Parameters<Containers['exec']>[2]>;
/** GNU tar: a file was changed while it was read, or removed. */
const TAR_CHANGED = 1;
const PACK = 'if [ -d "$1" ]; then exec tar -cf - -C "$1" .; else exec tar -cf - -T /dev/null; fi';

/**
 * @param container a running one of the site's image
 * @param folder of the bench in it; that of the container unless given
 */
export function openBench(
  containers: Pick<Containers, 'exec' | 'upload'>,
  container: string,
  folder?: string,
): Bench {
  const exec = (command: readonly string[], options: ExecOptions = {}) =>
    containers.exec(container, command, { ...omitUndefined({ folder }), ...options });
  const tool = async (action: string, args: readonly string[], options?: ExecOptions) => {
    const result = await exec(['python3', '-c', BENCH_TOOL, action, ...args], options);
    if (result.exitCode !== 0) throw benchToolFailed(action, result.exitCode, result.stderr);
    return result.stdout;
  };
  const ask = async <T>(schema: z.ZodType<T>, action: string, ...args: string[]): Promise<T> =>
    schema.parse(parseJson(await tool(action, args)));
  return {
    container,
    describe: () => ask(descriptionSchema, 'describe'),
    patches: (site) => ask(patchesSchema, 'patches', site),
    async logPatch(site, patch, note) {
      await tool('log-patch', [site, patch, note ?? '']);
    },
    async run(args) {
      const { exitCode, stdout, stderr } = await exec(['bench', ...args]);
      if (exitCode !== 0) throw benchCommandFailed(args.join(' '), exitCode, stderr || stdout);
    },
    async setMaintenance(sites, isOn) {
      await tool('maintenance', [JSON.stringify(sites), isOn ? '1' : '0']);
    },
    async dump(site, onOutput, signal) {
      await tool('dump', [site], { onOutput, signal });
    },
    async restore(site, dump, only) {
      const name = 'de-build-dump.sql.gz';
      const tar = pack();
      const { size } = await stat(dump);
      const sent = containers.upload(container, SCRATCH, Readable.from(tar));
      const entry = tar.entry({ name, size, mode: 0o644 });
      await Promise.all([pipeline(createReadStream(dump), entry).then(() => tar.finalize()), sent]);
      return ask(restoredSchema, 'restore', site, `${SCRATCH}/${name}`, JSON.stringify(only ?? null));
    },
    async disconnectOthers(site) {
      await tool('disconnect', [site]);
    },
    async packFiles(site, kind, onOutput, signal) {
      const command = ['sh', '-c', PACK, 'sh', `sites/${site}/${kind}/files`];
      const { exitCode, stderr } = await exec(command, { onOutput, signal });
      if (exitCode !== 0 && exitCode !== TAR_CHANGED) throw benchToolFailed('files', exitCode, stderr);
    },
    async unpackFiles(site, kind, tar) {
      const files = `sites/${site}/${kind}/files`;
      const { stdout } = await exec(['sh', '-c', 'mkdir -p "$1" && cd "$1" && pwd -P', 'sh', files]);
      await containers.upload(container, stdout.trim(), createReadStream(tar));
    },
    countRows: (site) => ask(contentsSchema, 'rows', site),
    commonConfig: () => ask(commonSchema, 'common'),
    async forgetTouchedTables(site) {
      await tool('forget', [site]);
    },
    touchedTables: async (site) => (await ask(touchedSchema, 'touched', site)).tables ?? undefined,
    rowsSince: async (site, since) => (await ask(lostSchema, 'lost', site, since)).written,
    probe: (base, site) => ask(probeSchema, 'probe', base, site),
    tryQueues: (site, queues, seconds) =>
      ask(triedSchema, 'try-queues', site, JSON.stringify(queues), String(seconds)),
    load: () => ask(loadSchema, 'load'),
    schedulerOff: async (site) => (await ask(schedulerSchema, 'scheduler-off', site)).reasons,
    status: async (url, site) => (await ask(statusSchema, 'status', url, site)).status,
    async reloadNginx(addresses) {
      await tool('reload-nginx', [JSON.stringify(addresses)], { user: 'root' });
    },
    bundles: () => ask(bundlesSchema, 'bundles'),
    async packBundles(files) {
      const pieces: Buffer[] = [];
      await tool('pack-bundles', [JSON.stringify(files)], {
        onOutput(chunk) {
          pieces.push(Buffer.from(chunk));
        },
      });
      return Buffer.concat(pieces);
    },
    siteTime: async (site) => (await ask(timeSchema, 'time', site)).time,
    async listApps() {
      await tool('apps', []);
    },
    async writeAppList(text) {
      await tool('write-apps', [text]);
    },
    siteConfig: (site) => tool('config', [site]),
  };
}
