import { expect, test } from '@jest/globals';
import { findGraftConflicts } from './graft-conflicts.ts';

test.each([
  'COPY . .',
  'COPY --chown=frappe:frappe ./ /app',
  'COPY / /app',
  'COPY * /app',
  'COPY .* /app',
  'COPY apps.txt .de-build-source? /app',
  'COPY a/.. /app',
  'COPY ["a", ".", "/app"]',
  'COPY ${WHAT} /app',
  'ADD . /app',
  'ADD [.]de-build-sources /app',
  'ONBUILD COPY . /app',
  'RUN --mount=type=bind,target=/src cp -r /src /app',
  'RUN --mount=source=.,target=/src cp -r /src /app',
  'copy \\\n  . /app',
])('%s may take the sources', (line) => {
  expect(findGraftConflicts(`FROM a\n${line}\n`)).toHaveLength(1);
});

test.each([
  'COPY resources/nginx.conf /templates/',
  'COPY --from=builder . .',
  'COPY --from=builder /home/frappe /home/frappe',
  'COPY <<EOF /app\n.\nEOF',
  'COPY *.json /app',
  'ADD https://example.com/a.tar /app',
  'RUN --mount=type=secret,id=apps_json true',
  'RUN --mount=type=bind,source=scripts,target=/s true',
  'RUN --mount=type=bind,from=builder,target=/s true',
  'RUN --mount=type=cache,target=/s true',
  'RUN cp . /app',
])('%s does not', (line) => {
  expect(findGraftConflicts(`FROM a\n${line}\n`)).toEqual([]);
});
