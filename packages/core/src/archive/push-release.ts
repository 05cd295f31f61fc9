import { registryAccess } from '../engine/registry-credentials.ts';
import { registryTagTaken } from '../errors/archive-failures.ts';
import { restoreTagHeld } from '../errors/restore-failures.ts';
import type { Tools } from '../flow/tools.ts';
import type { RegistryArchive } from '../manifests/archives.ts';
import { measureProgress } from '../progress/progress.ts';
import { type ArchiveSource, archiveFacts, type MadeArchive } from './archive-source.ts';

interface PushOptions {
  readonly repository: string;
  readonly force: boolean;
  readonly dryRun: boolean;
}

/** Pushes a release's image to a registry, under a name that the engine has only while it pushes. */
export async function pushRelease(
  source: ArchiveSource,
  { repository, force, dryRun }: PushOptions,
  tools: Tools,
): Promise<MadeArchive> {
  const { release, image, known } = source;
  const name = `${repository}:${source.tag.siteVersion}`;
  const { registries } = await tools.engine();
  const access = await registryAccess(name, tools);

  const holder = await registries.digestOf(name, access);
  const recorded = known.find(
    (archive): archive is RegistryArchive =>
      archive.kind === 'registry' &&
      archive.imageId === release.manifest.image.id &&
      archive.reference === `${repository}@${holder}`,
  );
  if (recorded !== undefined) return { to: name, archive: recorded, alreadyArchived: true };
  if (holder !== undefined && !force) {
    const isOurs = image.repoDigests.some((digest) => digest.endsWith(`@${holder}`));
    if (!isOurs) throw registryTagTaken(name, holder);
  }
  if (dryRun) return { to: name, archive: undefined, alreadyArchived: false };

  const meter = measureProgress({ id: `push ${name}`, title: `Pushing ${name}`, unit: 'bytes' }, tools.emit);
  const digest = await underName(source, { name, tools }, () =>
    registries.push(name, { ...access, onProgress: meter.set }),
  );
  meter.end();
  const archive: RegistryArchive = {
    kind: 'registry',
    tag: name,
    reference: `${repository}@${digest}`,
    ...archiveFacts(release.manifest, tools),
  };
  return { to: name, archive, alreadyArchived: false };
}

/** Gives the image the name that the engine pushes by, and removes it again unless it is the image's only one. */
async function underName<Result>(
  { image }: ArchiveSource,
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
