import { expect, test } from '@jest/globals';
import { parseContainerfile } from './parse-containerfile.ts';

function mounts(...lines: string[]) {
  return parseContainerfile('C', Buffer.from(['FROM a', ...lines].join('\n')))
    .containerfile.mounts.filter(({ kind }) => kind === 'secret' || kind === 'ssh')
    .map(({ kind, id, isRequired, line }) => `${kind} ${id}${isRequired ? ' required' : ''} ${line}`);
}

test.each<[string, string[]]>([
  ['RUN --mount=type=secret,id=npmrc,target=/root/.npmrc,required=true x', ['secret npmrc required 2']],
  ['RUN --mount=type=secret,id=npmrc,required x', ['secret npmrc required 2']],
  ['RUN --mount=required=1,id=npmrc,type=secret x', ['secret npmrc required 2']],
  ['RUN --mount=type=secret,id=npmrc,required=false x', ['secret npmrc 2']],
  ['RUN --mount=type=secret,source=npmrc x', ['secret npmrc 2']],
  ['RUN --mount=type=secret,target=/root/.npmrc x', ['secret .npmrc 2']],
  ['RUN --mount=type=SECRET,ID=a --mount=type=secret,id=b x', ['secret a 2', 'secret b 2']],
  ['RUN --mount="type=secret,id=a" x', ['secret a 2']],
  ["RUN --mount=type=secret,'id=a' x", ['secret a 2']],
  ['RUN --mount=type=secret,id=a \\\n  --mount=type=ssh \\\n  x', ['secret a 2', 'ssh default 2']],
  ['ARG ID=a\nRUN --mount=type=secret,id=$ID x', ['secret a 3']],
  ['RUN --mount=type=ssh x', ['ssh default 2']],
  ['RUN --mount=type=ssh,id=github,required=true x', ['ssh github required 2']],
  ['RUN --mount=type=secret x', []],
  ['RUN --network=host --mount=type=cache,target=/x x', []],
  ['RUN echo --mount=type=secret,id=a', []],
  ['# RUN --mount=type=secret,id=a x', []],
])('%s', (line, expected) => {
  expect(mounts(line)).toEqual(expected);
});
