import { isDeBuildError } from '../errors/de-build-error.ts';
import { gitMissing } from '../errors/git-failures.ts';
import { type ProgramResult, type ProgramRun, runProgram } from '../process/run-program.ts';

/** @throws DeBuildError `git-missing`, and what `runProgram` throws */
export async function runGit(args: readonly string[], run: ProgramRun): Promise<ProgramResult> {
  return runProgram('git', args, run).catch((error: unknown) => {
    throw isDeBuildError(error) && error.code === 'program-missing' ? gitMissing(error.cause) : error;
  });
}
