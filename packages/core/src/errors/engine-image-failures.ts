import type { DeBuildError } from './de-build-error.ts';
import { failure } from './engine-failures.ts';
import { sentence } from './sentence.ts';

/** The engine took an archive and says that it can't make an image of it. */
export function imageNotLoaded(reason: string): DeBuildError {
  return failure('image-not-loaded', {
    what: 'The Docker Engine did not load the image.',
    why: `It says: ${sentence(reason)}`,
    fix: /no space left/i.test(reason)
      ? 'Make room on the disk that holds the engine: `de-build prune`, `docker image prune`.'
      : 'Use an engine that is no older than the one that saved the image, or another copy of it.',
  });
}

/** A registry does not let an image in or out, or does not have it. */
export function registryRefused(host: string, reference: string, reason: string): DeBuildError {
  return failure('registry-refused', {
    what: `The registry ${host} refused ${reference}.`,
    why: `It says: ${sentence(reason)}`,
    fix: `Check the name, log in with \`docker login ${host}\`, and see that the account may use that repository.`,
  });
}

export function registryUnreachable(host: string, reference: string, reason: string): DeBuildError {
  return failure('registry-unreachable', {
    what: `The engine cannot reach the registry ${host} for ${reference}.`,
    why: `It says: ${sentence(reason)}`,
    fix: "Check the name and the network of the machine that the engine runs on; a registry without TLS must stand among the engine's `insecure-registries`.",
  });
}
