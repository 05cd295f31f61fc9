import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import {
  engineContextMissing,
  engineHostInvalid,
  engineSettingsUnreadable,
} from '../errors/engine-setup-failures.ts';
import { omitUndefined } from '../omit-undefined.ts';
import { type Endpoint, parseHost, type TlsFiles } from './endpoint.ts';

export interface EndpointOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Takes precedence over the environment. */
  readonly host?: string;
}

const DEFAULT_HOST = 'unix:///var/run/docker.sock';

const Settings = z.looseObject({ currentContext: z.string().optional() });

const Context = z.looseObject({
  Endpoints: z.looseObject({
    docker: z.looseObject({ Host: z.string().optional(), SkipTLSVerify: z.boolean().optional() }).optional(),
  }),
});

/**
 * Finds the engine as Docker's own client does: `host`, DOCKER_HOST, DOCKER_CONTEXT, the current context of its
 * settings, or the usual socket.
 * @throws DeBuildError `engine-host-invalid`, `engine-context-missing`, `engine-settings-unreadable`
 */
export async function findEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const { environment } = options;
  const given: readonly (readonly [string | undefined, string])[] = [
    [options.host, 'the host option'],
    [environment.DOCKER_HOST, 'DOCKER_HOST'],
  ];
  for (const [host, source] of given) {
    if (host !== undefined && host !== '') return parsed(host, source, await tlsOf(environment));
  }
  const folder = settingsFolder(environment);
  const [context, source] = await contextName(environment, folder);
  return context === undefined || context === 'default'
    ? parsed(DEFAULT_HOST, 'the default', undefined)
    : readContext(folder, context, source);
}

/** Sockets on this machine where an engine may listen: the usual one, rootless Docker, Desktop. */
export function findOtherSockets(environment: EndpointOptions['environment']): readonly string[] {
  const runtime = environment.XDG_RUNTIME_DIR;
  const home = environment.HOME;
  return [
    '/var/run/docker.sock',
    ...(runtime === undefined ? [] : [join(runtime, 'docker.sock')]),
    ...(home === undefined
      ? []
      : [join(home, '.docker/run/docker.sock'), join(home, '.docker/desktop/docker.sock')]),
  ]
    .filter((path) => existsSync(path))
    .map((path) => `unix://${path}`);
}

function parsed(host: string, source: string, tls: TlsFiles | undefined): Endpoint {
  const endpoint = parseHost(host.trim(), tls);
  if (endpoint === undefined) throw engineHostInvalid(host, source);
  return endpoint;
}

/** Where Docker's own client keeps its settings. */
export function settingsFolder(environment: EndpointOptions['environment']): string {
  return environment.DOCKER_CONFIG || join(environment.HOME || homedir(), '.docker');
}

async function contextName(
  environment: EndpointOptions['environment'],
  folder: string,
): Promise<readonly [string | undefined, string]> {
  if (environment.DOCKER_CONTEXT) return [environment.DOCKER_CONTEXT, 'DOCKER_CONTEXT'];
  const file = join(folder, 'config.json');
  const settings = await readJson(file, Settings);
  return [settings?.currentContext || undefined, file];
}

/** Whether there is a Docker context of this name. */
export function hasContext(name: string, environment: EndpointOptions['environment']): boolean {
  return existsSync(fileOfContext(settingsFolder(environment), digestOf(name)));
}

/** Files of a context are named after the digest of its name. */
function digestOf(context: string): string {
  return createHash('sha256').update(context).digest('hex');
}

function fileOfContext(folder: string, digest: string): string {
  return join(folder, 'contexts/meta', digest, 'meta.json');
}

async function readContext(folder: string, name: string, source: string): Promise<Endpoint> {
  const digest = digestOf(name);
  const file = fileOfContext(folder, digest);
  const context = await readJson(file, Context);
  if (context === undefined) throw engineContextMissing(name, source, file);
  const docker = context.Endpoints.docker;
  const certificates = join(folder, 'contexts/tls', digest, 'docker');
  const verify = docker?.SkipTLSVerify !== true;
  const tls = existsSync(certificates) || !verify ? await readCertificates(certificates, verify) : undefined;
  return parsed(docker?.Host || DEFAULT_HOST, `the Docker context "${name}"`, tls);
}

/** As for Docker's client, any value switches it on, even `0`. */
async function tlsOf(environment: EndpointOptions['environment']): Promise<TlsFiles | undefined> {
  const verify = Boolean(environment.DOCKER_TLS_VERIFY);
  if (!verify && !environment.DOCKER_TLS) return undefined;
  return readCertificates(environment.DOCKER_CERT_PATH || settingsFolder(environment), verify);
}

async function readCertificates(folder: string, verify: boolean): Promise<TlsFiles> {
  const [ca, cert, key] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readIfThere(join(folder, name))),
  );
  return { ...omitUndefined({ ca, cert, key }), verify };
}

async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const text = await readIfThere(file);
  if (text === undefined || text.trim() === '') return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw engineSettingsUnreadable(file, 'It is not the JSON that Docker writes there');
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw engineSettingsUnreadable(
      file,
      code === 'EACCES' ? 'Access is denied' : `Reading it failed (${code})`,
    );
  }
}
