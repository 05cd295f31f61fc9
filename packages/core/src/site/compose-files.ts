import { readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { readText } from './read-text.ts';

/** A Compose file beside a site. */
export interface ComposeFile {
  /** Relative to the site's folder. */
  readonly path: string;
  readonly text: string;
}

/** In the order in which Compose looks for them; the first is used, and with it its override. */
const DEFAULTS = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
const OVERRIDE = /^(?:docker-)?compose\.override\.ya?ml$/;
/** In the site's folder, and in that of frappe_docker's overrides. */
const COMPOSE_FILE = /^(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml$/;
const OVERRIDES = 'overrides';
const YAML = /\.ya?ml$/;
const MAXIMUM_BYTES = 1024 * 1024;

/**
 * The files that `docker compose up` in the site's folder would use. What cannot be read is left out.
 * @param named COMPOSE_FILE of the env file
 */
export async function readUsedComposeFiles(
  site: string,
  named: string | undefined,
): Promise<readonly ComposeFile[]> {
  if (named !== undefined && named !== '') return readFiles(site, named.split(delimiter));
  const beside = await namesIn(site);
  const first = DEFAULTS.find((name) => beside.includes(name));
  return first === undefined ? [] : readFiles(site, [first, ...beside.filter((name) => OVERRIDE.test(name))]);
}

/**
 * Names of the variables that the Compose files beside a site use, whether they are used now or not, and so keys of its `.env`:
 * `$NAME` and `${NAME…}`.
 * @param named COMPOSE_FILE of the env file
 */
export async function readComposeKeys(site: string, named: string | undefined): Promise<ReadonlySet<string>> {
  const [beside, overrides] = await Promise.all([namesIn(site), namesIn(join(site, OVERRIDES))]);
  const files = await readFiles(site, [
    ...beside.filter((name) => COMPOSE_FILE.test(name)),
    ...overrides.filter((name) => YAML.test(name)).map((name) => join(OVERRIDES, name)),
    ...(named ?? '').split(delimiter),
  ]);
  return new Set(files.flatMap(({ text }) => variablesIn(text)));
}

async function readFiles(site: string, paths: readonly string[]): Promise<readonly ComposeFile[]> {
  const files = await Promise.all(
    [...new Set(paths)]
      .filter((path) => path !== '')
      .map(async (path) => ({ path, read: await readText(site, path, MAXIMUM_BYTES) })),
  );
  return files.flatMap(({ path, read }) => (read.state === 'read' ? [{ path, text: read.text }] : []));
}

function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

/** `$$` is a dollar. */
function variablesIn(text: string): string[] {
  return [...text.replaceAll('$$', '').matchAll(/\$(?:\{([A-Za-z_]\w*)|([A-Za-z_]\w*))/g)].map(
    ([, braced, bare]) => braced ?? bare ?? '',
  );
}
