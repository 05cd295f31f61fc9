import { expect, test } from '@jest/globals';
import { locateStep } from './locate-step.ts';

const TWO_STAGES = `# syntax=docker/dockerfile:1
ARG DEBIAN=12
FROM debian:\${DEBIAN} AS base
ENV A=1
COPY resources /r
RUN apt-get update \\
  # a comment in between
  && apt-get install \\

  git

FROM base as Builder
RUN <<EOF
FROM nothing
RUN not an instruction
EOF
USER frappe
WORKDIR /home/frappe
run bench init "$BENCH"

FROM base
COPY --from=builder /home /home
`;

test.each([
  ['[base 1/3] FROM docker.io/library/debian:12', 3, 3, 'FROM debian:${DEBIAN} AS base'],
  ['[base 2/3] COPY resources /r', 5, 5, 'COPY resources /r'],
  ['[base 3/3] RUN apt-get update && …', 6, 10, 'RUN apt-get update && apt-get install git'],
  ['[builder 1/3] RUN <<EOF', 13, 16, 'RUN <<EOF'],
  ['[builder 2/3] WORKDIR /home/frappe', 18, 18, 'WORKDIR /home/frappe'],
  ['[linux/amd64 builder 3/3] RUN bench init "secret"', 19, 19, 'run bench init "$BENCH"'],
  ['[stage-2 1/1] COPY --from=builder /home /home', 22, 22, 'COPY --from=builder /home /home'],
])('%s', (name, firstLine, lastLine, text) => {
  expect(locateStep(TWO_STAGES, name)).toEqual({ firstLine, lastLine, text });
});

test.each([
  '[internal] load build context',
  'exporting to image',
  '[base 3/3] COPY something else',
  '[nothing 1/2] RUN x',
  '[2/3] RUN x',
])('no place for %s', (name) => {
  expect(locateStep(TWO_STAGES, name)).toBeUndefined();
});

test('a single stage is not named by older engines, and numbers may be padded', () => {
  const steps = Array.from({ length: 11 }, (_, index) => `RUN step ${index}`);
  const text = ['FROM x', ...steps].join('\n');
  expect(locateStep(text, '[ 2/12] RUN step 0')).toMatchObject({ firstLine: 2 });
  expect(locateStep(text, '[stage-0 12/12] RUN step 10')).toMatchObject({ firstLine: 12 });
  expect(locateStep(text, '[linux/arm64  2/12] RUN step 0')).toMatchObject({ firstLine: 2 });
});

test('an escape directive', () => {
  const text = '# escape=`\nFROM x\nRUN one `\n two\n';
  expect(locateStep(text, '[2/2] RUN one two')).toEqual({ firstLine: 3, lastLine: 4, text: 'RUN one two' });
});
