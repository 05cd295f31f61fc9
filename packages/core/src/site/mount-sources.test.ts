import { expect, test } from '@jest/globals';
import { mountSources } from './mount-sources.ts';
import { parseContainerfile } from './parse-containerfile.ts';

function mount(text: string, options: Partial<Parameters<typeof mountSources>[1]> = {}) {
  const { containerfile } = parseContainerfile('Containerfile', Buffer.from(text));
  return mountSources(containerfile, {
    offer: 'named-context',
    buildArgs: {},
    urlArgs: [],
    cloned: [],
    ...options,
  });
}

const flags = (base: string) =>
  `--mount=type=bind,from=de-build-sources,source=apps,target=/opt/de-build/sources --mount=type=bind,from=de-build-sources,source=gitconfig,target=/etc/gitconfig --mount=type=bind,from=${base},target=/opt/de-build/base `;

test('a stage has the sources from the step on that takes the apps, and so have stages based on it', () => {
  const before = [
    'ARG TAG=12',
    'FROM debian:${TAG} AS base',
    'RUN before',
    'FROM base AS builder',
    'RUN before',
    'RUN --mount=type=secret,id=apps_json,target=/opt/frappe/apps.json \\',
    '  bench init',
    'RUN after',
    'FROM builder AS assets',
    'RUN build',
    'FROM base',
    'COPY --from=builder /a /a',
    'RUN last',
  ];
  const { containerfile, inserted } = mount(before.join('\n'));
  const after = [...before];
  after[5] = `RUN ${flags('base')}--mount=type=secret,id=apps_json,target=/opt/frappe/apps.json \\`;
  after[7] = `RUN ${flags('base')}after`;
  after[9] = `RUN ${flags('builder')}build`;
  expect(containerfile.split('\n')).toEqual(after);
  expect(inserted).toEqual([flags('base'), flags('builder')]);
  expect(inserted.reduce((text, piece) => text.replaceAll(piece, ''), containerfile)).toBe(before.join('\n'));
});

test.each([
  ['ARG APPS_JSON_BASE64', []],
  ['ARG A=1 APPS_JSON_BASE64=x', []],
  ['ARG FRAPPE_PATH=https://github.com/frappe/frappe', ['FRAPPE_PATH']],
])('%s begins the steps that have them', (line, urlArgs) => {
  expect(mount(`FROM debian:12\nRUN a\n${line}\nRUN b\n`, { urlArgs }).containerfile).toBe(
    `FROM debian:12\nRUN a\n${line}\nRUN ${flags('debian:12')}b\n`,
  );
});

test.each(['RUN\tb', 'run b', '  RUN b', 'RUN <<EOF\nb\nEOF', 'RUN ["b"]', 'RUN \\\n # why\n b', 'RUN b\r'])(
  '%j keeps its lines',
  (step) => {
    const text = `FROM debian:12\nARG APPS_JSON_BASE64\n${step}\nUSER c\n`;
    const { containerfile } = mount(text);
    expect(containerfile).toContain('--mount=');
    expect(containerfile.split('\n')).toHaveLength(text.split('\n').length);
  },
);

test('grafted, they come from the build context', () => {
  const { inserted } = mount('FROM scratch\nARG APPS_JSON_BASE64\nRUN b\n', { offer: 'graft' });
  expect(inserted).toEqual([
    '--mount=type=bind,source=.de-build-sources/apps,target=/opt/de-build/sources --mount=type=bind,source=.de-build-sources/gitconfig,target=/etc/gitconfig ',
  ]);
});

test('a file that takes no apps is left as it is', () => {
  const text = 'FROM debian:12\nRUN a\n';
  expect(mount(text)).toMatchObject({ containerfile: text, inserted: [] });
});

test.each([
  ['FROM a\nRUN git config --system user.name x\nARG APPS_JSON_BASE64\nRUN b\n', 2],
  ['FROM a\nCOPY gitconfig /etc/gitconfig\nARG APPS_JSON_BASE64\nRUN b\n', 2],
  ['FROM a\nARG APPS_JSON_BASE64\nRUN git config --system x y && bench init\n', 3],
  ['FROM a AS one\nRUN git config --system x y\nFROM one\nARG APPS_JSON_BASE64\nRUN b\n', undefined],
  ['FROM a\nRUN git config --global x y\nARG APPS_JSON_BASE64\nRUN b\n', undefined],
  ['FROM a\nRUN git config --system x y\nRUN b\n', undefined],
])('%j hides the git configuration that line %s wrote', (text, line) => {
  expect(mount(text).hiddenGitConfig).toBe(line);
});
