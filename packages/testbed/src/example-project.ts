import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { addExampleProxy } from './example-proxy.ts';
import type { ExampleSite } from './example-site.ts';
import type { PrivateEngine } from './private-engine.ts';
import { type EndedCommand, runCommand, runToEnd } from './run-command.ts';

export interface ExampleProjectOptions {
  /** With networks between containers: a private one that `hasNetworks`, or the machine's own. */
  readonly engine: Pick<PrivateEngine, 'dockerCli' | 'address'>;
  /** With the dialect `layered`; its version must be released. Its `.env` gets the keys of the project. */
  readonly site: ExampleSite;
  /** Names of Frappe's sites; `erp.localhost` unless given. */
  readonly sites?: readonly string[];
  readonly name?: string;
  /** Seconds between two rounds of the scheduler; 60 unless given, as in Frappe. */
  readonly schedulerTick?: number;
  /** A proxy before the frontend publishes the port; otherwise the frontend does. */
  readonly hasProxy?: boolean;
}

export interface PageRequest {
  /** The site, as the Host header; the first unless given. */
  readonly site?: string;
  /** Posted as JSON. */
  readonly body?: unknown;
}

export interface Page {
  readonly status: number;
  readonly text: string;
}

/** The example site as a running project of Compose. */
export interface ExampleProject {
  readonly name: string;
  readonly folder: string;
  readonly sites: readonly string[];
  /** Where the frontend is published. */
  readonly address: string;
  /** Requests a page through the frontend. */
  get(path: string, options?: PageRequest): Promise<Page>;
  /** Runs `docker compose` on the project's files and returns its standard output. */
  compose(...args: string[]): Promise<string>;
  /** Runs `bench` in the backend. */
  bench(...args: string[]): Promise<string>;
  /** Runs it in a one-off container of a service as the files and `.env` say it now, without starting or replacing anything. */
  benchOnce(...args: string[]): Promise<EndedCommand>;
  /** Rows of a site's database. */
  sql(query: string, site?: string): Promise<readonly (readonly string[])[]>;
  /** Ends the project and removes its volumes. */
  down(): Promise<void>;
}

const QUIET = ['--progress=quiet'];
const SELECT = `import json, sys, frappe
frappe.connect(sys.argv[1])
print(json.dumps(frappe.db.sql(sys.argv[2]), default=str))`;
const WAIT_MS = 300_000;

/** Brings the example site up with Compose, creates its sites, and waits until they answer. */
export async function startExampleProject(options: ExampleProjectOptions): Promise<ExampleProject> {
  const { engine, site, sites = ['erp.localhost'] } = options;
  const name = options.name ?? `example-${randomBytes(4).toString('hex')}`;
  const port = 20_000 + (randomBytes(2).readUInt16BE() % 10_000);
  await site.setEnv('COMPOSE_PROJECT_NAME', name);
  await site.setEnv('SITES', `'${sites.join(' ')}'`);
  await site.setEnv('HTTP_PUBLISH_PORT', String(port));
  await site.setEnv('SCHEDULER_TICK', String(options.schedulerTick ?? 60));
  if (options.hasProxy === true)
    await site.setEnv('COMPOSE_FILE', `compose.yaml:${await addExampleProxy(site.folder)}`);
  const project = openExampleProject({ name, port, sites, engine, folder: site.folder });
  try {
    await project.compose('up', '--detach', '--quiet-pull');
    await waitUntil('create-site ends', async () => {
      const state = await project.compose('ps', '--all', '--format={{.State}} {{.ExitCode}}', 'create-site');
      return state === 'exited 0';
    });
    for (const each of sites) {
      await waitUntil(`${each} answers`, async () => {
        const { status } = await project.get('/api/method/ping', { site: each });
        return status === 200;
      });
    }
    return project;
  } catch (error) {
    const log = await project.compose('logs', '--no-color', '--tail=30').catch(String);
    await project.down().catch(() => undefined);
    throw new Error(`The example project did not start. Its log ends:\n${log}`, { cause: error });
  }
}

function openExampleProject(at: {
  readonly name: string;
  readonly folder: string;
  readonly port: number;
  readonly sites: readonly string[];
  readonly engine: Pick<PrivateEngine, 'dockerCli' | 'address'>;
}): ExampleProject {
  const { name, folder, sites } = at;
  const host = at.engine.address ?? '127.0.0.1';
  const { command, env } = at.engine.dockerCli;
  const options = { cwd: folder, environment: { ...process.env, ...env } };
  const compose = (...args: string[]) => runCommand(command, ['compose', ...QUIET, ...args], options);
  const once = ['run', '--rm', '--no-TTY', '--no-deps', '--quiet-pull'];
  // Without a terminal Python writes what it prints when it ends.
  const bench = ['--env=PYTHONUNBUFFERED=1', '--entrypoint=bench', 'backend'];
  return {
    name,
    folder,
    sites,
    address: `http://${host}:${at.port}`,
    get: (path, options = {}) => requestPage({ host, port: at.port, path, site: sites[0] ?? '', ...options }),
    compose,
    bench: (...args) => compose('exec', '--no-TTY', 'backend', 'bench', ...args),
    benchOnce: (...args) => runToEnd(command, ['compose', ...QUIET, ...once, ...bench, ...args], options),
    async sql(query, site = sites[0] ?? '') {
      const python = ['--workdir=/home/frappe/frappe-bench/sites', 'backend', 'python3', '-c', SELECT];
      return JSON.parse(await compose('exec', '--no-TTY', ...python, site, query));
    },
    async down() {
      await compose('down', '--volumes', '--remove-orphans', '--timeout=1');
    },
  };
}

/** Waits until a condition holds; what it throws means that it does not yet. */
export async function waitUntil(what: string, holds: () => Promise<boolean>): Promise<void> {
  let last: unknown;
  for (const end = Date.now() + WAIT_MS; Date.now() < end; await sleep(100)) {
    try {
      if (await holds()) return;
      last = undefined;
    } catch (error) {
      last = error;
    }
  }
  throw new Error(`It did not happen that ${what}`, { cause: last });
}

function requestPage(asked: {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly site: string;
  readonly body?: unknown;
}): Promise<Page> {
  const { host, port, path, site, body } = asked;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host, port, path, method: body === undefined ? 'GET' : 'POST', headers: { host: site } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
