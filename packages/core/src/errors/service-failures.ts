import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import { sentence } from './sentence.ts';

export function servicesNotReady(services: readonly string[], seconds: number): DeBuildError {
  return new DeBuildError({
    code: 'services-not-ready',
    what: `${services.join(', ')} did not become ready.`,
    why: `After ${seconds} s a container is not running, is unhealthy, was restarted, or has another image.`,
    fix: `See \`docker compose logs ${services[0]?.split(' ')[0]}\`.`,
    exitCode: EXIT.deployment,
  });
}

/** @param status 0 where nothing answers */
export function serviceSilent(
  container: string,
  site: string,
  { status, seconds }: { readonly status: number; readonly seconds: number },
  output: string,
): DeBuildError {
  return new DeBuildError({
    code: 'service-silent',
    what: `The new container ${container} does not serve ${site}.`,
    why: `${status === 0 ? 'It did not answer' : `Its last answer had status ${status}`}, for ${seconds} s. The end of its log follows.`,
    fix: 'Correct what it reports, release it, and deploy that release.',
    exitCode: EXIT.deployment,
    output: output.trim(),
  });
}

/** @param seen what did not answer as it should */
export function siteNotServed(site: string, seen: string): DeBuildError {
  return new DeBuildError({
    code: 'site-not-served',
    what: `${site} is not served as it should be.`,
    why: sentence(seen),
    fix: 'See the logs of the frontend and the backend: `docker compose logs frontend backend`.',
    exitCode: EXIT.deployment,
  });
}

/** A job was sent through a queue. */
export function queueNotServed(
  queue: string,
  { state, workers, seconds }: { readonly state: string; readonly workers: number; readonly seconds: number },
): DeBuildError {
  const listening = workers === 0 ? 'No worker listens to it.' : `${workers} listen to it.`;
  return new DeBuildError({
    code: 'queue-not-served',
    what: `The queue ${queue} does not run jobs.`,
    why: `A job that does nothing was "${state}" after at most ${seconds} s. ${listening}`,
    fix: 'See the logs of the workers with `docker compose logs`, and `bench doctor`.',
    exitCode: EXIT.deployment,
  });
}

/** A command of `gates`. */
export function gateFailed(command: string, exitCode: number | null, output: string): DeBuildError {
  return new DeBuildError({
    code: 'gate-failed',
    what: `The gate \`${command}\` failed.`,
    why:
      exitCode === null
        ? 'It was ended, or took too long.'
        : `It ended with exit code ${exitCode}; the end of its output follows.`,
    fix: 'Run it by hand, and correct what it reports; it is in `gates` of de-build.json.',
    exitCode: EXIT.deployment,
    output,
  });
}
