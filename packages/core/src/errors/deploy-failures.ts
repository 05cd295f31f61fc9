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

/** @param stage where it stopped; @param command that began it */
export function deploymentUnfinished(
  id: string,
  reference: string,
  { stage, command }: { readonly stage: string; readonly command: 'deploy' | 'migrate' },
): DeBuildError {
  return new DeBuildError({
    code: 'deployment-unfinished',
    what: `The ${command === 'deploy' ? 'deployment of' : 'migration by'} ${reference} did not end.`,
    why: `${id} stopped at "${stage}".`,
    fix: `Finish it with \`de-build ${command} --resume\`, or go back with \`de-build rollback\`.`,
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
    fix: `Correct ${patch === undefined ? 'the cause' : 'the patch'}, release it, and deploy that release.${patch === undefined ? '' : ` To leave the patch out for good: \`de-build migrate --skip ${quoted(patch)}\`, and deploy again.`} The whole output is in ${log}.`,
    exitCode: EXIT.deployment,
    output,
  });
}

/** For a shell. */
function quoted(word: string): string {
  return /^[\w.:/-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** @param failed what failed, as a sentence */
export function migratedNotServed(failed: string, why: string, sites: string, output?: string): DeBuildError {
  return new DeBuildError({
    code: 'migrated-not-served',
    what: 'The databases were migrated, and what runs does not serve them.',
    why: `${failed} ${sentence(why)} In maintenance mode: ${sites}.`,
    fix: 'Go back with `de-build rollback`; or correct the cause and finish with `de-build migrate --resume`.',
    exitCode: EXIT.deployment,
    output,
  });
}

/** @param only the site that was asked for; @param sites those of the bench */
export function benchSiteUnknown(only: string, sites: readonly string[]): DeBuildError {
  return new DeBuildError({
    code: 'bench-site-unknown',
    what: `The bench has no site ${only}.`,
    why: sites.length === 0 ? 'It has no site at all.' : `Its sites are ${sites.join(', ')}.`,
    fix: 'Name one of them with `--only`, or leave the option out for all of them.',
    exitCode: EXIT.usage,
  });
}

/** @param patches those that could have been named */
export function patchNotFound(
  patch: string,
  reference: string,
  { isDone, patches }: { readonly isDone: boolean; readonly patches: readonly string[] },
): DeBuildError {
  const kind = isDone ? 'that ran' : 'that is pending';
  return new DeBuildError({
    code: 'patch-not-found',
    what: `${reference} has no patch ${patch} ${kind}.`,
    why:
      patches.length === 0
        ? `patches.txt of its apps has no line ${kind}.`
        : `Lines ${isDone ? 'that ran' : 'that are pending'}: ${patches.slice(-5).join(', ')}${patches.length > 5 ? `, and ${patches.length - 5} before them` : ''}.`,
    fix: 'Name the line of patches.txt as it is there, or its module.',
    exitCode: EXIT.usage,
  });
}

/** @param serving as a sentence */
export function deploymentFailed(failed: DeBuildError, serving: string): DeBuildError {
  return new DeBuildError({
    code: 'deployment-failed',
    what: 'The deployment failed after its services were started.',
    why: `${failed.what} ${sentence(failed.why)} ${serving}`,
    fix: 'Go back with `de-build rollback`; or correct the cause and finish with `de-build deploy --resume`.',
    exitCode: EXIT.deployment,
    output: failed.output,
    cause: failed,
  });
}

/** @param failed why it failed; @param lost a sentence with the rows that are lost, or nothing */
export function deploymentRolledBack(failed: DeBuildError, reference: string, lost: string): DeBuildError {
  return new DeBuildError({
    code: 'deployment-rolled-back',
    what: 'The deployment failed and was taken back.',
    why: `${failed.what} ${sentence(failed.why)} ${reference} serves.${lost === '' ? '' : ` ${lost}`}`,
    fix: 'Correct the cause, release it, and deploy that release.',
    exitCode: EXIT.deployment,
    output: failed.output,
  });
}

/** @param failed why it failed; @param rollback of taking it back */
export function rollbackFailed(failed: DeBuildError, rollback: DeBuildError): DeBuildError {
  return new DeBuildError({
    code: 'rollback-failed',
    what: 'The deployment failed, and so did taking it back.',
    why: `${failed.what} ${sentence(failed.why)} The rollback: ${rollback.what} ${rollback.why}`,
    fix: `${rollback.fix} Then run \`de-build rollback\`.`,
    exitCode: EXIT.deployment,
    output: rollback.output ?? failed.output,
  });
}

/** @param left names of containers and networks */
export function projectNotDown(project: string, left: readonly string[], seconds: number): DeBuildError {
  return new DeBuildError({
    code: 'project-not-down',
    what: `The project ${project} could not be taken down.`,
    why: `${left.join(', ')} ${left.length === 1 ? 'was' : 'were'} still there after ${seconds} s.`,
    fix: 'See what uses them with `docker network inspect` and `docker ps -a`, remove it, bring the project up with `docker compose up -d`, and finish with `de-build deploy --resume`.',
    exitCode: EXIT.deployment,
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
