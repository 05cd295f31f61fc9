import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import type { Finding } from './finding.ts';
import { sentence } from './sentence.ts';

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
