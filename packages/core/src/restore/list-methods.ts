import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Tools } from '../flow/tools.ts';
import { type FileArchive, pathOfArchive, type RegistryArchive } from '../manifests/archives.ts';
import { archiveMethod } from './archive-method.ts';
import { rebuildMethod } from './rebuild-method.ts';
import { registryMethod } from './registry-method.ts';
import type { RestoreMethod, Restoring } from './restore-method.ts';

/** The methods that may restore the image, the cheapest first. */
export async function listMethods(restoring: Restoring, tools: Tools): Promise<readonly RestoreMethod[]> {
  const { archives, release, engine, from, rebuild } = restoring;
  const newestFirst = archives.filter(({ imageId }) => imageId === release.manifest.image.id).reverse();
  const files = newestFirst.filter((archive): archive is FileArchive => archive.kind === 'file');
  const registries = newestFirst.filter((archive): archive is RegistryArchive => archive.kind === 'registry');
  const moved =
    from === undefined ? [] : await Promise.all(files.map((file) => movedPath(file, resolve(from))));
  const recorded = files.map((archive) => ({ archive, path: pathOfArchive(archive, release.site.folder) }));
  const paths = new Set<string>();
  const places = [...moved, ...recorded].filter(({ path }) => !paths.has(path) && paths.add(path));
  return [
    ...places.map((place) => archiveMethod(place, engine, tools)),
    ...registries.map((archive) => registryMethod(archive, engine, tools)),
    ...(rebuild === 'never' ? [] : [rebuildMethod(rebuild, restoring, tools)]),
  ];
}

/** `from` is the archive itself, or the folder that it was moved to. */
async function movedPath(archive: FileArchive, from: string) {
  const isFile = await stat(from).then(
    (found) => found.isFile(),
    () => false,
  );
  return { archive, path: isFile ? from : join(from, basename(archive.path)) };
}
