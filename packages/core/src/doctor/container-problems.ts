import type { Images } from '../engine/engine.ts';
import { containerLeft } from '../errors/doctor-findings.ts';
import type { Problem } from './problem.ts';

/** Containers that were made to read an image of the site, by processes that have exited. */
export async function findContainerProblems(
  images: Pick<Images, 'list' | 'readingContainers' | 'removeReadingContainer'>,
  image: string,
): Promise<readonly Problem[]> {
  const tagged = await images.list(image);
  const found = await images.readingContainers(tagged.map(({ tag }) => `${image}:${tag}`));
  return found
    .filter(({ isAbandoned }) => isAbandoned)
    .map(({ id }) => ({ finding: containerLeft(id), repair: () => images.removeReadingContainer(id) }));
}
