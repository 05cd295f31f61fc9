import { withImageName } from '../engine/images/with-image-name.ts';
import { registryAccess } from '../engine/registry-credentials.ts';
import { pushNameHeld, registryTagTaken } from '../errors/archive-failures.ts';
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
  const { images, registries } = await tools.engine();
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
  const named = await images.inspect(name);
  if (named !== undefined && named.id !== image.id) throw pushNameHeld(name, named.id);
  const digest = await withImageName(images, { imageId: image.id, name }, () =>
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
