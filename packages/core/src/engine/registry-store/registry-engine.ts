import { engineNeeded } from '../../errors/engine-image-failures.ts';
import { splitImageName } from '../../site/image-name.ts';
import type { UsedBuilder } from '../builder/use-builder.ts';
import type { Engine, RegistryCredential } from '../engine.ts';
import { createRegistryClient } from './registry-client.ts';
import { registryImages } from './registry-images.ts';

const noProject = () => Promise.reject(engineNeeded('A running project'));

/**
 * A registry in the place of an engine: a builder pushes images to it by their digest, where they are read and get their tags.
 * @param image the repository: `registry.example.com/acme/erp`
 */
export function registryEngine(
  builder: UsedBuilder,
  image: string,
  credential: RegistryCredential | undefined,
): Engine {
  const { host, path: repository } = splitImageName(image);
  const images = registryImages(createRegistryClient({ host, repository, credential }), image);
  return {
    endpoint: host,
    imagesIn: 'registry',
    builder: builder.about,
    images,
    registries: {
      digestOf: async (reference) => (await images.inspect(reference))?.id,
      push: (reference) => Promise.reject(engineNeeded(`A push to ${reference}`)),
      pull: (reference) => Promise.reject(engineNeeded(`A pull of ${reference}`)),
    },
    cache: builder.cache,
    containers: {
      list: noProject,
      inspect: noProject,
      describe: noProject,
      create: noProject,
      start: noProject,
      connect: noProject,
      rename: noProject,
      disconnect: noProject,
      networks: noProject,
      lastLines: noProject,
      stop: noProject,
      remove: noProject,
      upload: noProject,
      exec: noProject,
      hasPrograms: noProject,
    },
    diskUsage: noProject,
    async about() {
      const [[platform = 'linux/amd64'] = []] = await builder.platforms();
      const { version } = builder.about;
      return {
        product: 'buildkit',
        version,
        apiVersion: '',
        operatingSystem: host,
        platform,
        hasContainerdStore: false,
        holdsIndexes: true,
      };
    },
    platforms: builder.platforms,
    build: (request) => builder.build(request, images, 'image'),
    writeCache: builder.writeCache,
    close: async () => undefined,
  };
}
