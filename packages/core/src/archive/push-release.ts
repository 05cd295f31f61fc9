import { findRegistryCredentials, registryOf } from '../engine/registry-credentials.ts';
import { registryTagTaken } from '../errors/archive-failures.ts';
import { restoreTagHeld } from '../errors/restore-failures.ts';
import type { Tools } from '../flow/tools.ts';
import { sumLayers } from '../flow/transfer-progress.ts';
import type { RegistryArchive } from '../manifests/archives.ts';
import { type ArchiveOptions, type Archiving, factsOf, type MadeArchive } from './archive-release.ts';

/** Pushes a release's image under a name of its own in the registry, which the engine has only as long as it must. */
export async function pushRelease(
  archiving: Archiving,
  options: Omit<ArchiveOptions, 'to'> & { readonly repository: string },
  tools: Tools,
): Promise<MadeArchive> {
  const { repository } = options;
  const name = `${repository}:${archiving.tag.siteVersion}`;
  const engine = await tools.engine();
  const credentials = await findRegistryCredentials([name], tools.environment);
  const credential = credentials[registryOf(name)];
  if (credential !== undefined) tools.redactor.add(credential.password);
  const access = {
    credential,
    signal: tools.signal,
    onProgress: sumLayers('pushing', name, options.onProgress ?? (() => undefined)),
  };

  const holder = await engine.registries.digestOf(name, access);
  const recorded = archiving.known.find(
    (archive): archive is RegistryArchive =>
      archive.kind === 'registry' &&
      archive.imageId === archiving.release.manifest.image.id &&
      archive.reference === `${repository}@${holder}`,
  );
  if (recorded !== undefined) return { to: name, archive: recorded, isOld: true };
  if (holder !== undefined && options.force !== true) {
    const isOurs = archiving.image.repoDigests.some((known) => known.endsWith(`@${holder}`));
    if (!isOurs) throw registryTagTaken(name, holder);
  }
  if (options.dryRun === true) return { to: name, archive: undefined, isOld: false };

  const digest = await underName(archiving, { name, tools }, () => engine.registries.push(name, access));
  const archive: RegistryArchive = {
    kind: 'registry',
    tag: name,
    reference: `${repository}@${digest}`,
    ...factsOf(archiving, tools),
  };
  return { to: name, archive, isOld: false };
}

/** Gives the image the name that the engine pushes by, and takes it away again unless it is its only one. */
async function underName<Result>(
  { image }: Archiving,
  { name, tools }: { readonly name: string; readonly tools: Tools },
  body: () => Promise<Result>,
): Promise<Result> {
  const { images } = await tools.engine();
  const holder = await images.inspect(name);
  if (holder !== undefined && holder.id !== image.id) throw restoreTagHeld(name, holder.id);
  if (holder === undefined) await images.tag(image.id, name);
  try {
    return await body();
  } finally {
    // An engine deletes an image with its last name.
    if (holder === undefined && image.tags.length > 0) await images.untag(name).catch(() => undefined);
  }
}
