import { expect, test } from '@jest/globals';
import { findFromFlag } from './find-from-flag.ts';

const TEXT = `FROM debian:12 AS bulider
RUN true
FROM debian:12
COPY --from=builder /a /a
RUN --mount=type=bind,from=tools:1,target=/t true
COPY --from="registry.example.com/more" /b /b
`;

test.each([
  ['docker.io/library/builder:latest', { line: 4, name: 'builder', nearest: 'bulider' }],
  ['docker.io/library/tools:1', { line: 5, name: 'tools:1', nearest: undefined }],
  ['registry.example.com/more:latest', { line: 6, name: 'registry.example.com/more', nearest: undefined }],
  ['docker.io/library/debian:12', undefined],
  ['docker.io/library/nothing:latest', undefined],
])('%s', (reference, expected) => {
  expect(findFromFlag(TEXT, reference)).toEqual(expected);
});
