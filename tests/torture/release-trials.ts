import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ExampleSite,
  ensureBaseImages,
  findProcessesOf,
  type PrivateEngine,
  privateEngineVersions,
  requestEngine,
  runCommand,
  startPrivateEngine,
} from '@de-build/testbed';
import { createExampleWorld } from '../engine/example-world.ts';
import type { TortureContext } from './torture-context.ts';

/** Releases of one site on a private engine, to be disturbed, and what is left after each. */
export interface ReleaseTrials {
  readonly engine: PrivateEngine;
  readonly site: ExampleSite;
  /** Runs `de-build`; `disturb` is called once it runs. */
  release(args: readonly string[], disturb?: (run: RunningRelease) => void): Promise<EndedRelease>;
  /** What the engine and the records say of the current version, and what lies around that should not. */
  look(): Promise<Aftermath>;
  /** A version that is not taken; the next releases are of it. */
  nextVersion(): Promise<string>;
}

export interface RunningRelease {
  readonly child: ChildProcess;
  /** Resolves when its output holds this text; never when it ends before. */
  said(text: string): Promise<void>;
  hasEnded(): boolean;
}

export interface EndedRelease {
  /** 128 plus the signal's number, as a shell reports it, if a signal ended it. */
  readonly exitCode: number;
  /** The code of its failure, and of each of its findings. */
  readonly codes: readonly string[];
  readonly output: string;
  readonly durationMs: number;
}

export interface Aftermath {
  readonly isTagged: boolean;
  /** The manifest and its companions. */
  readonly records: readonly string[];
  /** Temporary tags, containers and running steps in the engine, and files of ours that hold a token. */
  readonly leftovers: readonly string[];
  readonly isLocked: boolean;
}

/** Before the name of a container that an image's file was read through. */
export const READING = 'reading ';
const RECORDS = ['.json', '.cdx.json', '.intoto.json'];
const SIGNAL_NUMBERS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/** Starts an engine of the newest version that there may be, and lays out the site; both go in the end. */
export async function prepareTrials(context: TortureContext): Promise<ReleaseTrials> {
  const version = privateEngineVersions().at(-1);
  if (version === undefined) throw new Error('No private engine may be started here.');
  const engine = await startPrivateEngine({ version });
  context.cleanUps.push(() => engine.stop());
  await ensureBaseImages(engine.host);
  const world = await createExampleWorld();
  context.cleanUps.push(() => world.close());
  const site = await world.addSite(engine);
  const temporary = join(world.folder, 'tmp');
  await mkdir(temporary);
  let current = '1.0.0';
  let count = 0;

  return {
    engine,
    site,
    release(args, disturb = () => undefined) {
      const command = [context.cli, '--progress', 'json', '--host', engine.host, ...args];
      const { PATH, HOME } = process.env;
      const started = performance.now();
      const child = spawn(process.execPath, command, {
        cwd: site.folder,
        env: { PATH, HOME, TMPDIR: temporary },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      return follow(child, started, disturb);
    },
    async look() {
      const filters = JSON.stringify({ reference: [site.image] });
      const images = await ask<readonly { readonly RepoTags: readonly string[] | null }[]>(
        engine.host,
        `/images/json?${new URLSearchParams({ filters })}`,
      );
      const tags = images.flatMap(({ RepoTags }) => RepoTags ?? []);
      const containers = await ask<readonly { readonly Id: string; readonly Labels?: object | null }[]>(
        engine.host,
        '/containers/json?all=1',
      );
      const processes = await Promise.all(findProcessesOf(engine.folder).map(describeProcess));
      const files = await readdir(temporary);
      return {
        isTagged: tags.includes(`${site.image}:${current}`),
        records: (await readdir(join(site.folder, 'build-manifests')).catch(() => [])).filter((name) =>
          RECORDS.some((ending) => name === current + ending),
        ),
        leftovers: [
          ...tags.filter((tag) => tag.includes('-building-')),
          ...containers.map(({ Id, Labels }) => {
            const isOurs = Object.hasOwn(Labels ?? {}, 'de-build.temporary');
            return `${isOurs ? READING : ''}container ${Id.slice(0, 12)}`;
          }),
          ...processes.filter((process) => process !== undefined),
          ...files.map((name) => `file ${name}`),
        ],
        isLocked: await isLocked(join(site.folder, '.de-build', 'lock')),
      };
    },
    async nextVersion() {
      count += 1;
      current = `1.0.${count}`;
      await site.setEnv('DE_SITE_VERSION', current);
      await site.commit(`Release ${current}`);
      return current;
    },
  };
}

async function follow(
  child: ChildProcess,
  started: number,
  disturb: (run: RunningRelease) => void,
): Promise<EndedRelease> {
  let output = '';
  const waiting: { readonly text: string; readonly resolve: () => void }[] = [];
  const listen = (piece: Buffer) => {
    output += piece.toString('utf8');
    for (const { text, resolve } of waiting) if (output.includes(text)) resolve();
  };
  child.stdout?.on('data', listen);
  child.stderr?.on('data', listen);
  disturb({
    child,
    said: (text) => new Promise((resolve) => waiting.push({ text, resolve })),
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
  });
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + (SIGNAL_NUMBERS[signal ?? ''] ?? 0)));
  });
  const durationMs = performance.now() - started;
  // A process that inherited its output may hold it open for longer.
  await new Promise<void>((resolve) => {
    if (child.stdout?.closed === true) resolve();
    else {
      child.on('close', () => resolve());
      setTimeout(resolve, 500).unref();
    }
  });
  return { exitCode, codes: codesIn(output), output, durationMs };
}

function codesIn(output: string): string[] {
  return output.split('\n').flatMap((line) => {
    try {
      const {
        type,
        code,
        findings = [],
      } = JSON.parse(line) as {
        type?: string;
        code?: string;
        findings?: readonly { id: string; severity: string }[];
      };
      const found = findings.filter(({ severity }) => severity === 'error').map(({ id }) => id);
      return type === 'failed' && code !== undefined ? [code] : found;
    } catch {
      return [];
    }
  });
}

async function ask<T>(host: string, path: string): Promise<T> {
  return JSON.parse(await requestEngine(host, { path, timeoutMs: 30_000 })) as T;
}

/** `undefined` for the engine itself, and for what has ended meanwhile. */
async function describeProcess(pid: number): Promise<string | undefined> {
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'dockerd');
  if (/^(dockerd|containerd)/.test(name)) return undefined;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return `process ${pid} ${command.replaceAll('\0', ' ').slice(0, 80)}`;
}

async function isLocked(file: string): Promise<boolean> {
  return runCommand('flock', ['--nonblock', '--conflict-exit-code', '9', file, 'true']).then(
    () => false,
    () => true,
  );
}
