import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { pack } from 'tar-stream';
import type { ContainerDetails, Containers, Engine } from '../engine/engine.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { throwAwayFailed } from '../errors/rehearsal-failures.ts';
import { type Bench, openBench } from '../frappe/bench/bench.ts';
import { parseJson } from '../parse-json.ts';
import { hasEnded, holderLabels, holderOf } from './container-holder.ts';
import type { ServiceImages } from './service-images.ts';

export interface ThrowAwayOptions {
  readonly project: string;
  /** The container whose user and variables it gets. */
  readonly like: ContainerDetails;
  /** Id of the image whose bench it is. */
  readonly image: string;
  readonly benchFolder: string;
  readonly services: ServiceImages;
  /** The texts of site_config.json, by site; each gets an empty database. */
  readonly sites: ReadonlyMap<string, string>;
  /** As a person would type it. */
  readonly what: string;
  readonly now: Date;
  readonly signal: AbortSignal;
}

const LABEL = 'de-build.throw-away';
const READY_WITHIN_MS = 180_000;
const LOOK_MS = 250;
const INIT = 'de-build-init.sql';

/** The options of MariaDB that Frappe asks for. */
const START_DATABASE = `set -e
mkdir -p /var/lib/de-build /run/mysqld
install=$(command -v mariadb-install-db || command -v mysql_install_db)
"$install" --no-defaults --user=root --datadir=/var/lib/de-build >&2
server=$(command -v mariadbd || command -v mysqld)
exec "$server" --no-defaults --user=root --datadir=/var/lib/de-build --init-file=/${INIT} \\
  --bind-address=127.0.0.1 --port=3306 --socket=/run/mysqld/mysqld.sock --max-allowed-packet=1G \\
  --character-set-server=utf8mb4 --collation-server=utf8mb4_unicode_ci --skip-character-set-client-handshake \\
  --loose-skip-innodb-read-only-compressed >&2`;
const START_REDIS = 'exec redis-server --bind 127.0.0.1 --port 6379 --save "" --appendonly no --dir /tmp >&2';

/**
 * Runs a function with the bench of an image, and with empty databases of its own, in containers that share one network without
 * any interface but loopback: nothing in them reaches the project, nor anything else. They are removed afterwards, and those of a
 * run that was killed are removed by the next.
 * @throws DeBuildError `throw-away-failed`, `engine-*`; what `use` throws
 */
export async function withThrowAwayBench<Result>(
  { containers }: Pick<Engine, 'containers'>,
  options: ThrowAwayOptions,
  use: (bench: Bench) => Promise<Result>,
): Promise<Result> {
  await removeAbandoned(containers, options.project);
  const { like, image, benchFolder, services, signal } = options;
  const made: string[] = [];
  const name = `${options.project}-de-build-${randomBytes(4).toString('hex')}`;
  const labels = { [LABEL]: options.project, ...(await holderLabels(options.what, options.now)) };
  const start = async (part: string, spec: Record<string, unknown>, network: string) => {
    const id = await containers.create(`${name}-${part}`, {
      Entrypoint: ['sleep'],
      Cmd: ['infinity'],
      Labels: labels,
      Healthcheck: { Test: ['NONE'] },
      HostConfig: { Init: true, NetworkMode: network },
      ...spec,
    });
    made.push(id);
    return id;
  };
  // They run as long as their containers do.
  let ended: string | undefined;
  const serve = (container: string, script: string) =>
    containers.exec(container, ['sh', '-c', script]).then(
      ({ stderr }) => {
        ended ??= stderr;
      },
      () => undefined,
    );
  const remove = async () => {
    for (const id of made.toReversed()) await containers.remove(id);
  };
  // A database that is loaded for an hour is not waited for.
  const stop = () => void remove().catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  try {
    // An anonymous volume: a layer of the container would copy pages when they are written.
    const volume = { Volumes: { '/var/lib/de-build': {} } };
    const database = await start('db', { Image: services.database, User: '0', ...volume }, 'none');
    const init = [{ name: INIT, mode: 0o600, text: initSql(options.sites) }];
    await containers.upload(database, '/', tarOf(init, { uid: 0, gid: 0 }));
    await containers.start(database);
    const network = `container:${database}`;
    void serve(database, START_DATABASE);
    if (services.redis !== undefined) {
      const redis = await start('redis', { Image: services.redis, User: '0' }, network);
      await containers.start(redis);
      void serve(redis, START_REDIS);
    }
    const bench = openBench(
      containers,
      await start(
        'bench',
        { Image: image, User: like.user, WorkingDir: benchFolder, Env: like.environment },
        network,
      ),
    );
    await containers.start(bench.container);
    await writeSites(containers, bench, options);
    await waitForDatabase(bench, options.sites, () => ended, signal);
    return await use(bench);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    await remove();
  }
}

async function removeAbandoned(containers: Containers, project: string): Promise<void> {
  for (const one of await containers.list({ [LABEL]: project })) {
    const holder = holderOf(one);
    if (holder !== undefined && (await hasEnded(holder))) await containers.remove(one.id);
  }
}

/** The server runs it before it takes connections; a statement is a line. */
function initSql(sites: ThrowAwayOptions['sites']): string {
  return [...sites.values()]
    .map((text) => {
      const { db_name: name, db_user: user, db_password: password } = configOf(text);
      // The server may have an anonymous account of localhost, which would win over one of any host.
      const accounts = ['%', 'localhost'].map((host) => `${quote(String(user ?? name))}@'${host}'`);
      return [
        `create database \`${name}\` character set utf8mb4 collate utf8mb4_unicode_ci;`,
        ...accounts.flatMap((account) => [
          `create user ${account} identified by ${quote(String(password ?? ''))};`,
          `grant all privileges on \`${name}\`.* to ${account};`,
        ]),
      ].join('\n');
    })
    .join('\n');
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

function configOf(text: string): Readonly<Record<string, unknown>> {
  return (parseJson(text) ?? {}) as Readonly<Record<string, unknown>>;
}

async function writeSites(
  containers: Containers,
  bench: Bench,
  { sites, benchFolder }: ThrowAwayOptions,
): Promise<void> {
  const ids = (await containers.exec(bench.container, ['sh', '-c', 'id -u; id -g'])).stdout
    .trim()
    .split('\n');
  const [uid = 0, gid = 0] = ids.map(Number);
  const redis = 'redis://127.0.0.1:6379';
  const common = {
    ...{ db_host: '127.0.0.1', db_port: 3306 },
    ...{ redis_cache: redis, redis_queue: redis, redis_socketio: redis },
  };
  const entries = [...sites].flatMap(([site, text]) => {
    const { db_host: _, db_port: __, db_socket: ___, maintenance_mode: ____, ...own } = configOf(text);
    const config = JSON.stringify({ ...own, mute_emails: 1, pause_scheduler: 1 });
    const folders = [
      '',
      '/public',
      '/public/files',
      '/private',
      '/private/files',
      '/private/backups',
      '/locks',
      '/logs',
    ];
    return [
      ...folders.map((folder) => ({ name: `${site}${folder}`, mode: 0o755 })),
      { name: `${site}/site_config.json`, mode: 0o600, text: config },
    ];
  });
  const all = [...entries, { name: 'common_site_config.json', mode: 0o600, text: JSON.stringify(common) }];
  await containers.upload(bench.container, `${benchFolder}/sites`, tarOf(all, { uid, gid }));
}

/** @param entries a folder has no text */
function tarOf(
  entries: readonly { readonly name: string; readonly mode: number; readonly text?: string }[],
  owner: { readonly uid: number; readonly gid: number },
): Readable {
  const tar = pack();
  for (const { name, mode, text } of entries)
    tar.entry({ name, mode, ...owner, type: text === undefined ? 'directory' : 'file' }, text ?? '');
  tar.finalize();
  return Readable.from(tar);
}

async function waitForDatabase(
  bench: Bench,
  sites: ThrowAwayOptions['sites'],
  ended: () => string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const [site] = sites.keys();
  let last = '';
  for (const end = performance.now() + READY_WITHIN_MS; performance.now() < end; await sleep(LOOK_MS)) {
    signal.throwIfAborted();
    const output = ended();
    if (output !== undefined) throw throwAwayFailed('A server ended; the end of its output follows.', output);
    try {
      await bench.siteTime(site ?? '');
      return;
    } catch (error) {
      if (!isDeBuildError(error) || error.code !== 'bench-tool-failed') throw error;
      last = error.output ?? '';
    }
  }
  throw throwAwayFailed(`The database took no connection for ${READY_WITHIN_MS / 1000} s.`, last);
}
