import { readdir } from 'node:fs/promises';
import { posix } from 'node:path';
import { readText } from '../read-text.ts';
import { type ComposeReading, readComposeItems } from './compose-items.ts';
import { readContainerfileItems } from './containerfile-items.ts';
import { isPlace, type Variant } from './variant.ts';

const MAXIMUM_BYTES = 1024 * 1024;
const COMPOSE = /^((?:docker-)?compose)(?:[.-]([\w-]+))?\.ya?ml$/;
const CONTAINERFILE = /^(?:([\w-]+)\.)?(?:Container|Docker)file(?:[.-]([\w-]+))?$/i;

/** Files for the same thing, of which one is used in each place: groups with at least two of them. */
export async function readVariants(
  site: string,
  containerfile: string,
): Promise<readonly (readonly Variant[])[]> {
  const folder = posix.dirname(containerfile);
  const [beside, images] = await Promise.all([namesIn(site, '.'), namesIn(site, folder)]);
  const stems = [
    ...new Set(beside.map((name) => COMPOSE.exec(name)?.[1]).filter((stem) => stem !== undefined)),
  ];
  const groups = await Promise.all([
    ...stems.map((stem) => composeVariants(site, beside, stem)),
    containerfileVariants(site, folder, images),
  ]);
  return groups.filter((group) => group.length > 1);
}

/** A file that needs another, as an override does, counts with the one that has no name of a place. */
async function composeVariants(
  site: string,
  names: readonly string[],
  stem: string,
): Promise<readonly Variant[]> {
  const files = names.flatMap((path) => {
    const [, of, place] = COMPOSE.exec(path) ?? [];
    return of === stem && (place === undefined || isPlace(place)) ? [{ path, place }] : [];
  });
  if (!files.some(({ place }) => place !== undefined)) return [];
  const read = await Promise.all(
    files.map(async ({ path, place }) => {
      const reading = await readWith(site, path, readComposeItems);
      return reading === undefined ? [] : [{ path, place, reading }];
    }),
  );
  const all: readonly { path: string; place: string | undefined; reading: ComposeReading }[] = read.flat();
  const base = all.find(({ place }) => place === undefined);
  const named = all.filter(({ place }) => place !== undefined);
  const isBaseUsed = named.some(({ reading }) => !reading.isWhole);
  return [
    ...(base === undefined || isBaseUsed ? [] : [{ path: base.path, items: base.reading.items }]),
    ...named.map(({ path, reading: { items, isWhole } }) => ({
      path,
      items: isWhole ? items : [...(base?.reading.items ?? []), ...items],
    })),
  ];
}

async function containerfileVariants(
  site: string,
  folder: string,
  names: readonly string[],
): Promise<readonly Variant[]> {
  const found = await Promise.all(
    names
      .filter((name) => {
        const [whole, before, after] = CONTAINERFILE.exec(name) ?? [];
        const place = before ?? after;
        return whole !== undefined && (place === undefined || isPlace(place));
      })
      .map(async (name): Promise<readonly Variant[]> => {
        const path = posix.join(folder, name);
        const items = await readWith(site, path, readContainerfileItems);
        return items === undefined ? [] : [{ path, items }];
      }),
  );
  return found.flat();
}

async function readWith<Result>(
  site: string,
  path: string,
  read: (path: string, text: string) => Result,
): Promise<Result | undefined> {
  const file = await readText(site, path, MAXIMUM_BYTES);
  return file.state === 'read' ? read(path, file.text) : undefined;
}

async function namesIn(site: string, folder: string): Promise<readonly string[]> {
  const names = await readdir(posix.join(site, folder)).catch(() => []);
  return names.sort();
}
