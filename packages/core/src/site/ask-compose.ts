import { z } from 'zod';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { parseJson } from '../parse-json.ts';
import { type Environment, pickVariables } from '../process/environment.ts';
import { type ProgramResult, runProgram } from '../process/run-program.ts';
import { splitReference } from './image-name.ts';

export interface ComposeQuestion {
  /** The site's folder. */
  readonly folder: string;
  /** Relative to the site's folder. */
  readonly envFile: string;
  readonly environment: Environment;
  readonly signal?: AbortSignal | undefined;
}

/** A service that `docker compose up` would start. */
export interface ComposeService {
  readonly image: string;
  readonly pullPolicy: string | undefined;
  /** Whether the env file gives more than its tag. */
  readonly hasVariableName: boolean;
}

/** Tried in this order: a plugin of Docker, and a program of its own. */
export const COMPOSE_PROGRAMS = [['docker', 'compose'], ['docker-compose']] as const;
const TIMEOUT_MS = 10_000;
const MAXIMUM_BYTES = 16 * 1024 * 1024;
/** What a file includes from another machine is not fetched. */
const OFFLINE = { COMPOSE_EXPERIMENTAL_GIT_REMOTE: 'false', COMPOSE_EXPERIMENTAL_OCI_REMOTE: 'false' };

const MODEL = z.object({
  services: z
    .record(z.string(), z.object({ image: z.string().optional(), pull_policy: z.string().optional() }))
    .default({}),
});

/**
 * The services with an image that Compose itself makes of the files in a folder; needs no engine. Compose prints all values of
 * the env file, so nothing of its output is shown.
 * @returns why there are none, where it is not installed or does not answer
 */
export async function askCompose(
  question: ComposeQuestion,
): Promise<readonly ComposeService[] | { readonly problem: string }> {
  let problem = 'Docker Compose is not installed';
  for (const program of COMPOSE_PROGRAMS) {
    const [resolved, written] = await Promise.all([
      config(program, [], question),
      config(program, ['--no-interpolate'], question),
    ]);
    if (resolved === undefined) continue;
    const services = readServices(resolved);
    const templates = written && readServices(written);
    if (services !== undefined)
      return Object.entries(services).flatMap(([name, { image, pull_policy: pullPolicy }]) => {
        if (image === undefined) return [];
        const template = templates?.[name]?.image;
        const hasVariableName = template !== undefined && isVariableName(template, image);
        return [{ image, pullPolicy, hasVariableName }];
      });
    problem = `\`${program.join(' ')} config\` ${describe(resolved)}`;
  }
  return { problem };
}

/** Whether a line `image:` does not itself name the image that Compose makes of it: `mariadb:$TAG` does. */
export function isVariableName(template: string, image: string): boolean {
  const { name } = splitReference(image);
  return template !== name && !template.startsWith(`${name}:`) && !template.startsWith(`${name}@`);
}

/** `undefined` when it is not there. */
async function config(
  [program, ...first]: readonly [string, ...string[]],
  options: readonly string[],
  { folder, envFile, environment, signal }: ComposeQuestion,
): Promise<ProgramResult | undefined> {
  const args = [...first, '--env-file', envFile, 'config', '--format', 'json', ...options];
  try {
    return await runProgram(program, args, {
      folder,
      environment: { ...pickVariables(environment, ['PATH', 'HOME', 'DOCKER_CONFIG']), ...OFFLINE },
      timeoutMs: TIMEOUT_MS,
      maxOutputBytes: MAXIMUM_BYTES,
      signal,
    });
  } catch (error) {
    if (isDeBuildError(error)) return undefined;
    throw error;
  }
}

function readServices({ exitCode, stdout }: ProgramResult) {
  return exitCode === 0 ? MODEL.safeParse(parseJson(stdout)).data?.services : undefined;
}

function describe({ ended, exitCode }: ProgramResult): string {
  if (ended === 'timeout') return `did not end within ${TIMEOUT_MS / 1000} s`;
  return exitCode === 0 ? 'printed what is no model of a project' : `ended with ${exitCode ?? 'a signal'}`;
}
