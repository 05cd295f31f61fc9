import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type EngineVersion,
  EXAMPLE_BASE_IMAGE,
  type ExampleDialect,
  ensureBaseImages,
  type PrivateEngine,
  privateEngineVersions,
  runCommand,
  startPrivateEngine,
} from '@de-build/testbed';
import { createExampleWorld, type ExampleWorld } from '../engine/example-world.ts';
import { allOf, type Figure, noneOf } from './figure.ts';
import { findInFiles, formsOf } from './find-bytes.ts';
import { startRecordingProxy } from './recording-proxy.ts';
import type { TortureContext } from './torture-context.ts';

/** One build: which Containerfile of the examples, and which of its stages; the last one unless named. */
export interface TokenBuild {
  readonly dialect: ExampleDialect;
  readonly target?: 'builder';
}

/** Where it was looked, after the builds had ended. */
export interface ScannedPlace {
  /**
   * `wire`: every byte between de-build and the engine, build logs among them. `image`: docker save. `history`: docker
   * history and inspect. `record`, `log`: the content of the engine's build record. `disk`: all files of the engine, cache and
   * databases among them, after it has ended.
   */
  readonly place: 'wire' | 'image' | 'history' | 'record' | 'log' | 'disk';
  readonly bytes: number;
  /** Files that hold the token, in any form. */
  readonly found: readonly string[];
}

export interface TokenScan {
  readonly sources: readonly ScannedPlace[];
  readonly inject: readonly ScannedPlace[];
}

/**
 * Builds with sources on a private engine and looks for the token everywhere; then builds with `inject` on the same
 * engine and looks again, in the same way.
 */
export async function scanForToken(options: {
  readonly cli: string;
  /** For what is written meanwhile. */
  readonly folder: string;
  readonly version: EngineVersion;
  readonly sources: readonly TokenBuild[];
  readonly inject: readonly TokenBuild[];
}): Promise<TokenScan> {
  const folder = await mkdtemp(join(options.folder, 'token-'));
  // With characters that URLs, JSON and shells write in other ways.
  const token = `Pl4nt/${randomBytes(9).toString('hex')}+"~${randomBytes(9).toString('hex')}=&Z`;
  const engine = await startPrivateEngine({ version: options.version });
  try {
    await ensureBaseImages(engine.host, [EXAMPLE_BASE_IMAGE]);
    const world = await createExampleWorld({ token });
    try {
      const scene = { cli: options.cli, folder, engine, world };
      const sources = await buildAndScan(scene, 'sources', options.sources);
      await engine.restart();
      return { sources, inject: await buildAndScan(scene, 'inject', options.inject) };
    } finally {
      await world.close();
    }
  } finally {
    await engine.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Scene {
  readonly cli: string;
  readonly folder: string;
  readonly engine: PrivateEngine;
  readonly world: ExampleWorld;
}

type Delivery = 'sources' | 'inject';

async function buildAndScan(
  scene: Scene,
  delivery: Delivery,
  builds: readonly TokenBuild[],
): Promise<readonly ScannedPlace[]> {
  const { engine, world, folder } = scene;
  const at = (place: string) => join(folder, delivery, place);
  for (const place of ['wire', 'image', 'history', 'record', 'log'])
    await mkdir(at(place), { recursive: true });
  const docker = (...args: readonly string[]) =>
    runCommand(engine.dockerCli.command, args, { environment: { ...process.env, ...engine.dockerCli.env } });
  const proxy = await startRecordingProxy(engine.socketPath, {
    socket: join(folder, `${delivery}.sock`),
    folder: at('wire'),
  });
  for (const [index, { dialect, target }] of builds.entries()) {
    const site = await world.addSite(engine, {
      dialect,
      privateFrappe: true,
      // With `inject` the audit would refuse what is to be found here.
      config: {
        tokenDelivery: delivery,
        ...(delivery === 'inject' ? { audit: 'warn' } : {}),
        ...(target === undefined ? {} : { target }),
      },
    });
    const { PATH, HOME } = process.env;
    await runCommand(
      process.execPath,
      [scene.cli, '--progress', 'json', '--site', site.folder, '--host', proxy.host],
      { environment: { PATH, HOME } },
    );
    const image = `${site.image}:1.0.0`;
    await docker('save', '--output', join(at('image'), `${index}.tar`), image);
    const history = await docker('history', '--no-trunc', image);
    await writeText(join(at('history'), String(index)), history + (await docker('image', 'inspect', image)));
  }
  await proxy.close();
  const hasRecords = await docker('buildx', 'history', 'ls').then(
    () => true,
    () => false,
  );
  if (hasRecords) await readRecords(engine, at);
  // What lies in memory only, and in databases that are written lazily, is on the disk once it has ended.
  await engine.kill('SIGTERM');

  const forms = formsOf(world.token);
  const look = async (place: ScannedPlace['place'], where: string): Promise<ScannedPlace> => {
    const found = await findInFiles(where, forms, join(folder, 'patterns'));
    return { place, bytes: await sizeOf(where), found: found.map((file) => file.slice(where.length + 1)) };
  };
  const places: ScannedPlace[] = [];
  for (const place of ['wire', 'image', 'history'] as const) places.push(await look(place, at(place)));
  if (hasRecords) for (const place of ['record', 'log'] as const) places.push(await look(place, at(place)));
  return [...places, await look('disk', engine.folder)];
}

/** What `docker buildx history` reports about every build that the engine recorded. */
async function readRecords({ dockerCli }: PrivateEngine, at: (place: string) => string): Promise<void> {
  // Logs go to standard error.
  const docker = (...args: readonly string[]) =>
    runCommand('sh', ['-c', 'exec "$@" 2>&1', 'sh', dockerCli.command, ...args], {
      environment: { ...process.env, ...dockerCli.env },
    });
  const listed = await docker('buildx', 'history', 'ls', '--format', '{{.Ref}}');
  const references = listed.split('\n').filter((line) => line !== '');
  if (references.length === 0)
    throw new Error('The engine remembers no build, so nothing can be looked for in it');
  for (const reference of references) {
    const id = reference.split('/').at(-1) ?? reference;
    const reported = [
      await docker('buildx', 'history', 'inspect', id),
      await docker('buildx', 'history', 'inspect', '--format', 'json', id),
    ];
    await writeText(join(at('record'), id), reported.join('\n'));
    await writeText(
      join(at('log'), id),
      await docker('buildx', 'history', 'logs', '--progress', 'rawjson', id),
    );
    await writeText(join(at('log'), `${id}-plain`), await docker('buildx', 'history', 'logs', id));
  }
}

/** The text itself, and the same without line breaks, which hide wrapped text. */
async function writeText(file: string, text: string): Promise<void> {
  await writeFile(file, text);
  await writeFile(`${file}-joined`, text.replace(/[\r\n]/g, ''));
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  let size = 0;
  for (const entry of entries)
    if (entry.isFile())
      size += (await stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size;
  return size;
}

const ALL: readonly TokenBuild[] = [
  { dialect: 'cache-bust' },
  { dialect: 'secret' },
  { dialect: 'build-arg' },
  { dialect: 'cache-bust', target: 'builder' },
  { dialect: 'build-arg', target: 'builder' },
];

/** No byte of the token anywhere with sources, with every Containerfile of the examples; and found everywhere with `inject`. */
export async function measureTokenBytes(context: TortureContext): Promise<readonly Figure[]> {
  const { cli, folder, tell, isQuick } = context;
  const builds = isQuick ? ALL.slice(-1) : ALL;
  const figures: Figure[] = [];
  for (const version of privateEngineVersions()) {
    tell(`Looking for the token everywhere in Docker Engine ${version}`);
    const scan = await scanForToken({ cli, folder, version, sources: builds, inject: builds });
    const describe = (delivery: Delivery) =>
      `${delivery}: places with token bytes, ${builds.length} builds on ${version} (${scan[delivery].map(({ place }) => place).join(', ')})`;
    const leaking = (delivery: Delivery) => scan[delivery].filter(({ found }) => found.length > 0).length;
    figures.push(
      noneOf(scan.sources.length, {
        part: 'token-bytes',
        name: describe('sources'),
        wrong: leaking('sources'),
      }),
      allOf(scan.inject.length, { part: 'token-bytes', name: describe('inject'), right: leaking('inject') }),
    );
  }
  return figures;
}
