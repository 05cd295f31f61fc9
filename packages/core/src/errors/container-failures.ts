import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';

export function containerNameTaken(name: string): DeBuildError {
  return new DeBuildError({
    code: 'container-name-taken',
    what: `The engine has a container named ${name} already.`,
    why: 'Only one container can have a name.',
    fix: `See what it is with \`docker inspect ${name}\`.`,
    exitCode: EXIT.conflict,
  });
}
