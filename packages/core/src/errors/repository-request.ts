import { DeBuildError, type Failure } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';

/** What a failure says about the repository that was requested; no text of it holds a credential. */
export interface RepositoryRequest {
  /** Without credentials. */
  readonly url: string;
  /** The name of the token: the `.env` key it came from, or where it is written. */
  readonly token?: string;
  /** The last lines git or the host printed. */
  readonly output?: string;
}

export function repositoryFailure(
  code: string,
  { output }: RepositoryRequest,
  words: Pick<Failure, 'what' | 'why' | 'fix'>,
): DeBuildError {
  return new DeBuildError({ code, ...words, exitCode: EXIT.git, output });
}

/** `github.com` */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'The host';
}
