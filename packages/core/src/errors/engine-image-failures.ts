import type { DeBuildError } from './de-build-error.ts';
import { failure } from './engine-failures.ts';
import { sentence } from './sentence.ts';

export function imageNotLoaded(reason: string): DeBuildError {
  return failure('image-not-loaded', {
    what: 'The Docker Engine did not load the image.',
    why: `It reported: ${sentence(reason)}`,
    fix: /no space left/i.test(reason)
      ? 'Free disk space on the engine with `de-build prune` or `docker image prune`.'
      : 'Use an engine at least as new as the one that saved the image, or another copy of the archive.',
  });
}

/** On push or pull; also for an image that it does not have. */
export function registryRefused(host: string, reference: string, reason: string): DeBuildError {
  return failure('registry-refused', {
    what: `The registry ${host} refused ${reference}.`,
    why: `It reported: ${sentence(reason)}`,
    fix: remedyFor(host, reason),
  });
}

function remedyFor(host: string, reason: string): string {
  if (/too ?many ?requests|\b429\b|rate limit/i.test(reason))
    return `Wait a few minutes and run it again; \`docker login ${host}\` raises the limit of many registries.`;
  if (/unavailable|\b50[0-4]\b|internal server error|bad gateway/i.test(reason))
    return 'The registry itself failed: see its log or status page, and run it again.';
  return `Check the name, log in with \`docker login ${host}\`, and check that the account may use that repository.`;
}

/** Without an engine between. @param problem a sentence */
export function registryAnswerWrong(host: string, reference: string, problem: string): DeBuildError {
  return failure('registry-answer-wrong', {
    what: `The registry ${host} gave an answer for ${reference} that cannot be right.`,
    why: problem,
    fix: 'Check what stands between this machine and the registry, such as a proxy, and the storage of the registry; then run it again.',
  });
}

/** @param asker `us` where there is no engine between */
export function registryUnreachable(
  host: string,
  reference: string,
  reason: string,
  asker: 'engine' | 'us' = 'engine',
): DeBuildError {
  return failure('registry-unreachable', {
    what:
      asker === 'engine'
        ? `The engine cannot reach the registry ${host} for ${reference}.`
        : `The registry ${host} cannot be reached for ${reference}.`,
    why: asker === 'engine' ? `It reported: ${sentence(reason)}` : sentence(reason),
    fix:
      asker === 'engine'
        ? "Check the name, and the network of the machine that runs the engine; a registry without TLS must be listed in the engine's `insecure-registries`."
        : 'Check the name in `image` of de-build.json, and the network of this machine.',
  });
}

/** The images are in a registry. @param what needs one: `A push to HOST/NAME` */
export function engineNeeded(what: string): DeBuildError {
  return failure('engine-needed', {
    what: `${what} needs a Docker Engine, and there is none here.`,
    why: 'The images of this site are in its registry, where a builder pushes them.',
    fix: 'Run it where there is an engine, or name one with `--host`.',
  });
}
