import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';

/** What a failure says about the repository it concerns; no text of it holds a credential. */
export interface AskedRepository {
  /** Without credentials. */
  readonly url: string;
  /** What the token is called: the `.env` key it came from, or where it is written. */
  readonly token?: string;
  /** The last lines git or the host printed. */
  readonly output?: string;
}

export function repositoryFailure(
  code: string,
  asked: AskedRepository,
  words: { readonly what: string; readonly why: string; readonly fix: string },
): DeBuildError {
  return new DeBuildError({
    code,
    ...words,
    exitCode: EXIT.git,
    ...(asked.output === undefined || asked.output === '' ? {} : { output: asked.output }),
  });
}

export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'The host';
}
