import type { GitRetry } from '../git/retry.ts';
import type { Tools } from './tools.ts';

/** Reports that a request to a git host will be repeated. */
export function reportRetry(emit: Tools['emit']): (retry: GitRetry) => void {
  return ({ error, seconds, isNamedByHost }) => {
    const wait = `${seconds < 1 ? seconds : Math.ceil(seconds)} s${isNamedByHost ? ', as the host asks' : ''}`;
    emit({ type: 'notice', level: 'info', text: `${error.what} Trying again in ${wait}.` });
  };
}
