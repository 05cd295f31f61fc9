import { access } from 'node:fs/promises';
import { z } from 'zod';
import { composeFailed, composeMissing, composeTooSlow } from '../errors/compose-failures.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { parseJson } from '../parse-json.ts';
import type { Environment } from '../process/environment.ts';
import { runProgram } from '../process/run-program.ts';
import { COMPOSE_PROGRAMS } from '../site/ask-compose.ts';
import { type Replacement, replacementFields, replacementOf } from './replacement.ts';

/** How a project is brought up: the files, and where they are read. */
export interface ComposeProject {
  readonly name: string;
  readonly folder: string;
  /** Absolute paths; without any, Compose works from what runs. */
  readonly files: readonly string[];
  readonly envFile?: string;
}

export interface ComposeOptions {
  readonly environment: Environment;
  /** Of the engine: `unix:///var/run/docker.sock`. */
  readonly endpoint: string;
  readonly signal: AbortSignal;
}

/** Docker Compose, on one project. */
export interface Compose {
  /** Its program, and the options that name the project and its files: a command of Compose follows. */
  readonly command: readonly [string, ...string[]];
  /** Of that program. */
  readonly environment: Environment;
  /** Where it runs. */
  readonly folder: string;
  /** What Compose would write into the labels of containers of these services. @throws DeBuildError `compose-failed` */
  hashesOf(document: Readonly<Record<string, unknown>>): Promise<ReadonlyMap<string, string>>;
  /** The resolved project. @throws DeBuildError `compose-failed`, `compose-missing` */
  resolve(): Promise<ResolvedProject>;
  /**
   * Starts services with so many containers each, and recreates those that differ from the files; nothing is pulled or built, and
   * no other service is touched.
   * @param options more of `docker compose up`
   * @throws DeBuildError `compose-failed`, `compose-too-slow`
   */
  up(services: Scale, withinMs: number, options?: readonly string[]): Promise<void>;
  /** Starts every service. @throws DeBuildError `compose-failed`, `compose-too-slow` */
  upAll(services: Scale, withinMs: number): Promise<void>;
  /**
   * Ends the whole project as its containers describe it, whatever the files say now; volumes stay.
   * @throws DeBuildError `compose-failed`, `compose-too-slow`
   */
  down(withinMs: number): Promise<void>;
  /**
   * Adds containers to services until they have so many; they are not started, and no other container is touched.
   * @throws DeBuildError `compose-failed`, `compose-too-slow`
   */
  create(services: Scale, withinMs: number): Promise<void>;
}

/** How many containers each service has. */
export type Scale = Readonly<Record<string, number>>;

export interface ResolvedProject {
  /** What Compose made of the files. Holds every secret of the project: never print it. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly services: ReadonlyMap<string, ResolvedService>;
}

export interface ResolvedService {
  readonly image: string | undefined;
  /** As a container that runs it has it in its labels, where nothing changed. */
  readonly configHash: string;
  readonly replacement: Replacement;
  /** Entry point and command, where the files name them. */
  readonly command: string;
  readonly environment: Readonly<Record<string, string | null>>;
  readonly pullPolicy: string | undefined;
  /** How many containers the files ask for: `scale` or `deploy.replicas`, 1 unless given. */
  readonly replicas: number;
}

const RESOLVE_WITHIN_MS = 60_000;

const Resolved = z.looseObject({
  services: z.record(
    z.string(),
    z.looseObject({
      image: z.string().optional(),
      entrypoint: z.array(z.string()).nullish(),
      command: z.array(z.string()).nullish(),
      environment: z.record(z.string(), z.string().nullable()).nullish(),
      pull_policy: z.string().optional(),
      ...replacementFields,
      scale: z.coerce.number().optional(),
      deploy: z.looseObject({ replicas: z.coerce.number().nullish() }).nullish(),
    }),
  ),
});

/** @throws DeBuildError `compose-missing` */
export async function openCompose(project: ComposeProject, options: ComposeOptions): Promise<Compose> {
  const [program, ...first] = await findCommand(options);
  const { name, folder, files, envFile } = project;
  const named = ['--project-name', name, ...(files.length === 0 ? [] : ['--project-directory', folder])];
  const global = [
    ...first,
    ...named,
    ...files.flatMap((file) => ['--file', file]),
    ...(envFile === undefined ? [] : ['--env-file', envFile]),
  ];
  // Where it was brought up from another machine, its folder is not here.
  const here = await access(folder).then(
    () => folder,
    () => '/',
  );
  const run = async (args: readonly string[], timeoutMs: number) => {
    const result = await runProgram(program, [...global, ...args], {
      ...runOptions(options),
      folder: here,
      timeoutMs,
    });
    const shown = `docker compose ${args.join(' ')}`;
    if (result.ended === 'timeout') throw composeTooSlow(shown, timeoutMs / 1000, result.stderr);
    if (result.exitCode !== 0) throw composeFailed(shown, result.exitCode, result.stderr);
    return result.stdout;
  };
  const up = async (options: readonly string[], services: Scale, withinMs: number) => {
    const args = ['up', ...options, '--no-deps', '--no-build', '--pull', 'never', ...scaled(services)];
    await run([...args, ...Object.keys(services)], withinMs);
  };
  return {
    command: [program, ...global],
    environment: engineOf(options),
    folder: here,
    async resolve() {
      const [text, hashes] = await Promise.all([
        run(['config', '--format', 'json'], RESOLVE_WITHIN_MS),
        run(['config', '--hash', '*'], RESOLVE_WITHIN_MS),
      ]);
      return resolvedOf(parseJson(text), readHashes(hashes));
    },
    async upAll(services, withinMs) {
      await run(['up', '--detach', '--no-build', '--pull', 'never', ...scaled(services)], withinMs);
    },
    async hashesOf(document) {
      const args = [...first, ...named, '--file', '-', 'config', '--hash', '*'];
      const input = JSON.stringify(document);
      const settings = { ...runOptions(options), folder: here, timeoutMs: RESOLVE_WITHIN_MS, input };
      const { exitCode, stdout, stderr } = await runProgram(program, args, settings);
      if (exitCode !== 0) throw composeFailed('docker compose config', exitCode, stderr);
      return readHashes(stdout);
    },
    async down(timeoutMs) {
      // Without files Compose reads the labels.
      const args = [...first, '--project-name', name, 'down', '--remove-orphans'];
      const result = await runProgram(program, args, { ...runOptions(options), folder: '/', timeoutMs });
      const shown = `docker compose --project-name ${name} down`;
      if (result.ended === 'timeout') throw composeTooSlow(shown, timeoutMs / 1000, result.stderr);
      if (result.exitCode !== 0) throw composeFailed(shown, result.exitCode, result.stderr);
    },
    up: (services, withinMs, more = []) => up(['--detach', ...more], services, withinMs),
    create: (services, withinMs) => up(['--no-start', '--no-recreate'], services, withinMs),
  };
}

/** A project as `docker compose config` prints it, or as it is written from containers. */
export function resolvedOf(
  project: unknown,
  hashes: ReadonlyMap<string, string> = new Map(),
): ResolvedProject {
  const document = Resolved.parse(project);
  const services = Object.entries(document.services).map(
    ([service, fields]) =>
      [
        service,
        {
          image: fields.image,
          configHash: hashes.get(service) ?? '',
          replacement: replacementOf(fields),
          command: [fields.entrypoint ?? [], fields.command ?? []].flat().join(' '),
          environment: fields.environment ?? {},
          pullPolicy: fields.pull_policy,
          replicas: fields.scale ?? fields.deploy?.replicas ?? 1,
        },
      ] as const,
  );
  return { document, services: new Map(services) };
}

function scaled(services: Scale): readonly string[] {
  return Object.entries(services).flatMap(([service, count]) => ['--scale', `${service}=${count}`]);
}

function readHashes(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const [service, hash] = line.trim().split(/\s+/);
      return service && hash ? [[service, hash] as const] : [];
    }),
  );
}

async function findCommand(options: ComposeOptions): Promise<readonly [string, ...string[]]> {
  for (const [program, ...args] of COMPOSE_PROGRAMS) {
    try {
      const run = { ...runOptions(options), folder: '/', timeoutMs: 20_000 };
      const { exitCode } = await runProgram(program, [...args, 'version', '--short'], run);
      if (exitCode === 0) return [program, ...args];
    } catch (error) {
      if (!isDeBuildError(error) || error.code !== 'program-missing') throw error;
    }
  }
  throw composeMissing();
}

function runOptions({ environment, endpoint, signal }: ComposeOptions) {
  return { environment: { ...engineOf({ environment, endpoint }), COMPOSE_ANSI: 'never' }, signal };
}

/** A context or files that the environment names must not win over what is used. */
function engineOf({ environment, endpoint }: Pick<ComposeOptions, 'environment' | 'endpoint'>): Environment {
  const { DOCKER_CONTEXT: _, COMPOSE_FILE: __, ...rest } = environment;
  return { ...rest, DOCKER_HOST: endpoint };
}
