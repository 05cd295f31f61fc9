import { Readable } from 'node:stream';
import type { ImageDetails, Images } from '../engine.ts';

/** An engine's names, in memory. */
export function imagesNamed(names: Record<string, string>) {
  const images: Images = {
    list: async () => [],
    platformsOf: async () => ['linux/amd64'],
    forPlatform: () => images,
    inspect: async (reference) => {
      const id = names[reference];
      return id === undefined ? undefined : ({ id } as ImageDetails);
    },
    tag: async (image, reference) => {
      names[reference] = names[image] ?? image;
    },
    untag: async (reference) => {
      delete names[reference];
    },
    readFile: async () => undefined,
    readingContainers: async () => [],
    removeReadingContainer: async () => undefined,
    save: async () => Readable.from([]),
    describe: async () => ({ inspected: {}, history: [] }),
    listByLabel: async () => [],
    load: async () => undefined,
  };
  return { images, names };
}
