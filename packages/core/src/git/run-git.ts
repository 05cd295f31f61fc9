import { isDeBuildError } from '../errors/de-build-error.ts';
import { gitMissing } from '../errors/git-failures.ts';
import { type Environment, pickVariables } from '../process/environment.ts';
import { type ProgramResult, type ProgramRun, runProgram } from '../process/run-program.ts';

/** @throws DeBuildError `git-missing`, and what `runProgram` throws */
export async function runGit(args: readonly string[], run: ProgramRun): Promise<ProgramResult> {
  return runProgram('git', args, run).catch((error: unknown) => {
    throw isDeBuildError(error) && error.code === 'program-missing' ? gitMissing(error.cause) : error;
  });
}

/**
 * For git in a repository of the user: their own configuration applies (line ends, filters), but no variable that would
 * point git to another repository, and git asks no question.
 */
export function userEnvironment(environment: Environment): Record<string, string> {
  return {
    ...pickVariables(environment, ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'TMPDIR']),
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
  };
}
