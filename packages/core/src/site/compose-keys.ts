import { readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { readText } from './read-text.ts';

/** In the site's folder, and in that of frappe_docker's overrides. */
const COMPOSE_FILE = /^(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml$/;
const OVERRIDES = 'overrides';
const YAML = /\.ya?ml$/;
const MAXIMUM_BYTES = 1024 * 1024;

/**
 * Names of the variables that the Compose files beside a site use, and so keys of its `.env`: `$NAME` and `${NAME…}`. What
 * cannot be read has none.
 * @param named COMPOSE_FILE of the env file
 */
export async function readComposeKeys(site: string, named: string | undefined): Promise<ReadonlySet<string>> {
  const [beside, overrides] = await Promise.all([namesIn(site), namesIn(join(site, OVERRIDES))]);
  const paths = [
    ...beside.filter((name) => COMPOSE_FILE.test(name)),
    ...overrides.filter((name) => YAML.test(name)).map((name) => join(OVERRIDES, name)),
    ...(named ?? '').split(delimiter),
  ];
  const texts = await Promise.all(
    [...new Set(paths)].filter((path) => path !== '').map((path) => readText(site, path, MAXIMUM_BYTES)),
  );
  return new Set(texts.flatMap((read) => (read.state === 'read' ? variablesIn(read.text) : [])));
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
