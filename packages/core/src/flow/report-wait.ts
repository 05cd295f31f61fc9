import type { GitWait } from '../git/ask-patiently.ts';
import type { Tools } from './tools.ts';

/** Makes a pause in the asking of a git host known. */
export function reportWait(emit: Tools['emit']): (wait: GitWait) => void {
  return ({ error, seconds, isAskedFor }) => {
    const wait = `in ${seconds < 1 ? seconds : Math.ceil(seconds)} s${isAskedFor ? ', as it wants' : ''}`;
    emit({ type: 'notice', level: 'info', text: `${error.what} It is asked again ${wait}.` });
  };
}
