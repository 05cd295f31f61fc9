import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import type { Finding } from './finding.ts';
import { sentence } from './sentence.ts';

/** @param name as it was asked for; @param all those that run the image */
export function projectNotFound(
  image: string,
  name: string | undefined,
  all: readonly string[],
): DeBuildError {
  return new DeBuildError({
    code: 'project-not-found',
    what:
      name === undefined
        ? `No Compose project on this engine runs ${image}.`
        : `No Compose project "${name}" on this engine runs ${image}.`,
    why:
      all.length === 0
        ? 'A project is found by the labels of its containers; none of them has that image.'
        : `That image runs in ${all.join(', ')}.`,
    fix:
      all.length === 0
        ? 'Bring the project up with `docker compose up -d`, name its image as `image` in de-build.json, or name its engine with `--host`.'
        : `Name one of them with \`--project\`.`,
    exitCode: EXIT.deployment,
  });
}

export function projectAmbiguous(image: string, names: readonly string[]): DeBuildError {
  return new DeBuildError({
    code: 'project-ambiguous',
    what: `${names.length} Compose projects run ${image}.`,
    why: `They are ${names.join(', ')}; none of them was brought up from this folder, or more than one was.`,
    fix: `Name one: \`--project ${names[0]}\`.`,
    exitCode: EXIT.usage,
  });
}

export function projectWithoutBench(project: string, image: string, benchFolder: string): DeBuildError {
  return new DeBuildError({
    code: 'project-without-bench',
    what: `No container of ${project} has the sites of a bench.`,
    why: `No container of ${image} has something mounted at ${benchFolder}/sites.`,
    fix: 'Start the project with `docker compose up -d`; if the bench is elsewhere in the image, set `benchFolder` in de-build.json.',
    exitCode: EXIT.deployment,
  });
}

export function projectBusy(project: string, holder: string, container: string): DeBuildError {
  return new DeBuildError({
    code: 'project-busy',
    what: `Another run works on the project ${project}.`,
    why: holder,
    fix: `Wait until it has ended. If its process is gone and ran on another machine, remove its container: \`docker rm -f ${container}\`.`,
    exitCode: EXIT.locked,
  });
}

export function deploymentRefused(reference: string, findings: readonly Finding[]): DeBuildError {
  return new DeBuildError({
    code: 'deployment-refused',
    what: `${reference} was not deployed.`,
    why: `${findings.length === 1 ? 'Something prevents' : `${findings.length} things prevent`} it; nothing was changed.`,
    fix: 'Correct what follows, and run it again.',
    exitCode: EXIT.checks,
    findings,
  });
}

/** Its tag belongs to another image. */
export function releaseTagDiffers(reference: string, found: string, siteVersion: string): DeBuildError {
  return new DeBuildError({
    code: 'release-tag-differs',
    what: `${reference} is not the image that was recorded.`,
    why: `The tag belongs to ${found} now, and Compose starts what has the tag.`,
    fix: `See what it is with \`de-build verify ${siteVersion}\`; \`de-build retag ${siteVersion}\` gives the recorded image its tag back.`,
    exitCode: EXIT.deployment,
  });
}

export function deploymentUnreadable(path: string, cause: unknown): DeBuildError {
  return new DeBuildError({
    code: 'deployment-unreadable',
    what: `The state of a deployment, ${path}, cannot be read.`,
    why: 'It is not what de-build writes.',
    fix: 'Put it back from a copy; without it, what that deployment did is not known.',
    exitCode: EXIT.record,
    cause,
  });
}

/** @param stage where it stopped */
export function deploymentUnfinished(id: string, reference: string, stage: string): DeBuildError {
  return new DeBuildError({
    code: 'deployment-unfinished',
    what: `The deployment of ${reference} did not end.`,
    why: `${id} stopped at "${stage}".`,
    fix: 'Finish it with `de-build deploy --resume`, or go back with `de-build rollback`.',
    exitCode: EXIT.conflict,
  });
}

export function nothingToResume(): DeBuildError {
  return new DeBuildError({
    code: 'nothing-to-resume',
    what: 'No deployment is unfinished.',
    why: 'The last one ended, or none was started from this folder.',
    fix: 'Start one with `de-build deploy`.',
    exitCode: EXIT.usage,
  });
}

/** @param serving which release serves now, as a sentence; @param patch the one that was running */
export function migrationFailed(
  site: string,
  seen: { readonly patch: string | undefined; readonly place: string | undefined; readonly exitCode: number },
  { serving, log, output }: { readonly serving: string; readonly log: string; readonly output: string },
): DeBuildError {
  const { patch, place, exitCode } = seen;
  const where = place === undefined ? '' : ` at ${place}`;
  return new DeBuildError({
    code: 'migration-failed',
    what:
      patch === undefined
        ? `The migration of ${site} failed.`
        : `The patch ${patch} failed on ${site}${where}.`,
    why: `\`bench migrate\` ended with exit code ${exitCode}${patch === undefined ? ', after its last patch had ended' : ''}. ${serving}`,
    fix: `Correct the patch, release it, and deploy that release. The whole output is in ${log}.`,
    exitCode: EXIT.deployment,
    output,
  });
}

/** @param failed what failed, as a sentence; @param serving as a sentence */
export function deploymentFailed(
  failed: string,
  why: string,
  serving: string,
  output?: string,
): DeBuildError {
  return new DeBuildError({
    code: 'deployment-failed',
    what: 'The deployment failed after its services were started.',
    why: `${failed} ${sentence(why)} ${serving}`,
    fix: 'Go back with `de-build rollback`; or correct the cause and finish with `de-build deploy --resume`.',
    exitCode: EXIT.deployment,
    output,
  });
}

export function servicesNotReady(services: readonly string[], seconds: number): DeBuildError {
  return new DeBuildError({
    code: 'services-not-ready',
    what: `${services.join(', ')} did not become ready.`,
    why: `After ${seconds} s a container is not running, is unhealthy, was restarted, or has another image.`,
    fix: `See \`docker compose logs ${services[0]?.split(' ')[0]}\`.`,
    exitCode: EXIT.deployment,
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

export function nothingToRollBack(project: string): DeBuildError {
  return new DeBuildError({
    code: 'nothing-to-roll-back',
    what: `There is nothing to roll back in ${project}.`,
    why: 'No deployment from this folder is recorded that serves now.',
    fix: 'See `de-build history`; another release is deployed with `de-build deploy VERSION`.',
    exitCode: EXIT.usage,
  });
}

/** @param rows a sentence with what would be lost */
export function rollbackLosesData(reference: string, rows: string): DeBuildError {
  return new DeBuildError({
    code: 'rollback-loses-data',
    what: `The rollback to ${reference} restores the database from before the deployment.`,
    why: rows,
    fix: 'Run it again with `--yes` to accept that; a backup of the present database is made first.',
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

/** @param release the one before the last deployment unless given; @param why as a sentence */
export function rollbackNotWhole(release: string | undefined, why: string): DeBuildError {
  return new DeBuildError({
    code: 'rollback-not-whole',
    what: `There is no whole way back to ${release ?? 'what ran before'}.`,
    why,
    fix: 'See `de-build history`. Older code over a newer database breaks it; restore a backup of your own first, and bring that release up by hand.',
    exitCode: EXIT.deployment,
  });
}
