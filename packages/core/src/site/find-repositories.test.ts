import { describe, expect, test } from '@jest/globals';
import { findRepositories } from './find-repositories.ts';

function find(run: string, buildArgs: Record<string, string> = {}, before = '') {
  const found = findRepositories({ text: `FROM a AS builder\n${before}\n${run}` }, buildArgs);
  return found.flatMap(({ url, ref }) => {
    if (ref === 'unknown') return [];
    return ref === 'default' ? url : `${url} ${ref.name}`;
  });
}

const ERPNEXT = [
  'ARG PYTHON_VERSION=3.14.2',
  'FROM python:${PYTHON_VERSION}-slim-bookworm AS base',
  'FROM base AS builder',
  'ARG FRAPPE_BRANCH=version-16',
  'ARG ERPNEXT_REPO=https://github.com/frappe/erpnext',
  'ARG ERPNEXT_BRANCH=version-16',
  'RUN bench init --frappe-branch=${FRAPPE_BRANCH} /home/frappe/frappe-bench && \\',
  '  cd /home/frappe/frappe-bench && \\',
  '  bench get-app --branch=${ERPNEXT_BRANCH} --resolve-deps erpnext ${ERPNEXT_REPO} && \\',
  '  find apps -mindepth 1 -path "*/.git" | xargs rm -fr',
].join('\n');

describe('the build args of frappe_docker', () => {
  test('defaults', () => {
    expect(findRepositories({ text: ERPNEXT }, {})).toEqual([
      {
        url: 'https://github.com/frappe/erpnext',
        spelling: 'https://github.com/frappe/erpnext',
        ref: { name: 'version-16' },
        isPartial: false,
        by: 'bench get-app',
        line: 7,
        stage: 1,
      },
    ]);
  });

  test('those of the site win', () => {
    const buildArgs = { ERPNEXT_REPO: 'https://github.com/acme/erpnext.git', ERPNEXT_BRANCH: 'v15.2' };
    expect(findRepositories({ text: ERPNEXT }, buildArgs)).toMatchObject([
      { url: 'https://github.com/acme/erpnext.git', ref: { name: 'v15.2' } },
    ]);
  });
});

const HRMS = 'https://github.com/frappe/hrms';
test.each<[string, string[]]>([
  [`RUN bench get-app ${HRMS}`, [HRMS]],
  [`RUN bench get-app --branch version-15 ${HRMS}`, [`${HRMS} version-15`]],
  [`RUN bench get-app --branch=version-15 hrms ${HRMS}`, [`${HRMS} version-15`]],
  [`RUN bench get-app ${HRMS} --branch version-15`, [`${HRMS} version-15`]],
  [`RUN bench get ${HRMS}`, [HRMS]],
  [`RUN bench --verbose get-app --skip-assets ${HRMS}`, [HRMS]],
  [`RUN /home/frappe/.local/bin/bench get-app "${HRMS}"`, [HRMS]],
  ['RUN bench get-app --branch version-15 hrms', [`${HRMS} version-15`]],
  ['RUN bench get-app hrms@version-15', [`${HRMS} version-15`]],
  ['RUN bench get-app acme/erp_x', ['https://github.com/acme/erp_x']],
  [`RUN git clone ${HRMS}`, [HRMS]],
  [`RUN git clone -b v15.1 --depth 1 ${HRMS} apps/hrms`, [`${HRMS} v15.1`]],
  [`RUN git clone --branch=v15.1 --depth=1 ${HRMS}.git`, [`${HRMS}.git v15.1`]],
  [`RUN git clone -bv15 ${HRMS}`, [`${HRMS} v15`]],
  [`RUN git clone -qb v15 ${HRMS}`, [`${HRMS} v15`]],
  [`RUN git clone ${HRMS} -b v15`, [`${HRMS} v15`]],
  [`RUN git -C /apps -c http.sslVerify=true clone -- ${HRMS} x`, [HRMS]],
  ['RUN git clone git@github.com:frappe/hrms.git', ['ssh://git@github.com/frappe/hrms.git']],
  ['RUN git clone ssh://git@git.example:2222/a/b', ['ssh://git@git.example:2222/a/b']],
  ['RUN git clone http://127.0.0.1:9101/a/b', ['http://127.0.0.1:9101/a/b']],
  [
    `RUN cd apps; git clone ${HRMS} 2>&1 | tee log && bench get-app crm`,
    [HRMS, 'https://github.com/frappe/crm'],
  ],
  [`RUN (git clone ${HRMS})`, [HRMS]],
  [`RUN if [ -d x ]; then git clone ${HRMS}; fi`, [HRMS]],
  [`RUN A=1 GIT_SSL=x git clone ${HRMS}`, [HRMS]],
  [`RUN --mount=type=cache,target=/c git clone ${HRMS}`, [HRMS]],
  [`RUN ["git", "clone", "-b", "v15", "${HRMS}"]`, [`${HRMS} v15`]],
  [`RUN ["bash", "-c", "cd /x && bench get-app ${HRMS}"]`, [HRMS]],
  [`RUN su - frappe -c "bench get-app --branch version-15 ${HRMS}"`, [`${HRMS} version-15`]],
  [`RUN bash -lc 'git clone ${HRMS}'`, [HRMS]],
  [`RUN sudo -u frappe -H bench get-app ${HRMS}`, [HRMS]],
  [
    `RUN <<EOF\nset -e\n# git clone https://github.com/a/b\ngit clone \\\n  -b v15 ${HRMS}\nEOF`,
    [`${HRMS} v15`],
  ],
  [`RUN git clone ${HRMS} && cd hrms && git checkout abc123`, [HRMS, `${HRMS} abc123`]],
  [`RUN git clone ${HRMS} && git -C hrms checkout -q v15.3`, [HRMS, `${HRMS} v15.3`]],
  [`RUN git clone ${HRMS} \\\n  # a comment\n  -b v15`, [`${HRMS} v15`]],
  ['RUN git clone https://x-access-token:abc@github.com/a/b', ['https://github.com/a/b']],
])('%s', (run, found) => {
  expect(find(run)).toEqual(found);
});

test.each<[string, string, string[]]>([
  ['ARG B=v15', `RUN git clone -b $B ${HRMS}`, [`${HRMS} v15`]],
  ['ENV B=v15', `RUN git clone -b "\${B}" ${HRMS}`, [`${HRMS} v15`]],
  ['ARG O=acme', 'RUN bench get-app https://github.com/${O}/erp', ['https://github.com/acme/erp']],
  ['ARG O=acme', 'RUN bash -c "git clone https://github.com/$O/erp"', ['https://github.com/acme/erp']],
  ['ARG B', `RUN git clone -b "\${B:-x}" ${HRMS}`, []],
  ['ARG B=', `RUN bench get-app --branch "$B" ${HRMS}`, [HRMS]],
])('%s, %s', (before, run, found) => {
  expect(find(run, {}, before)).toEqual(found);
});

test('a stage has the values of the stage it is based on', () => {
  const text = `FROM a AS base\nARG B=v15\nFROM base\nRUN git clone -b $B ${HRMS}`;
  expect(findRepositories({ text }, {})).toMatchObject([{ ref: { name: 'v15' }, stage: 1, line: 4 }]);
});

test.each([
  'RUN bench get-app /opt/apps/hrms',
  'RUN bench get-app ./hrms',
  'RUN git clone file:///srv/hrms',
  'RUN git clone $REPOSITORY',
  `RUN git clone -b $BRANCH ${HRMS}`,
  `RUN git clone --branch=$(cat branch) ${HRMS}`,
  `RUN git clone -b \`cat branch\` ${HRMS}`,
  'RUN for app in hrms crm; do bench get-app "https://github.com/frappe/$app"; done',
  `RUN BRANCH=v1 && git clone -b $BRANCH ${HRMS}`,
  `RUN echo git clone ${HRMS}`,
  `RUN # git clone ${HRMS}`,
  `RUN cat <<EOF > clone.sh\ngit clone ${HRMS}\nEOF`,
  `RUN git clone '$(x)'`,
  'RUN git clone',
  'RUN bench get-app',
  'RUN bench init --frappe-path https://github.com/frappe/frappe x',
  'RUN bench new-site get-app',
  'RUN git fetch https://github.com/a/b',
  `COPY x /git\nLABEL clone="git clone ${HRMS}"`,
])('nothing is read of %s', (run) => {
  expect(find(run)).toEqual([]);
});

test('hostile text takes no time', () => {
  const started = performance.now();
  for (const part of ['"$(', '${', "'", '`', '\\', '$A ', 'git clone -b ', '( ', '<<'])
    expect(() => find(`RUN ${part.repeat(20_000)}`)).not.toThrow();
  expect(performance.now() - started).toBeLessThan(5_000);
});

test.each([
  `git clone ${HRMS} && cd hrms && git checkout $(git describe)`,
  `git clone ${HRMS} && cd hrms && git checkout -b work v15`,
  `git clone ${HRMS} && cd hrms && git checkout v15 -- README.md`,
  `git clone -b v15 ${HRMS} && git -C hrms reset --hard`,
  `git clone -b v14 ${HRMS}; git clone -b $BRANCH ${HRMS}`,
])('what the shell decides is told as unknown: %s', (run) => {
  const found = findRepositories({ text: `FROM a\nRUN ${run}` }, {});
  expect(found.map(({ url, ref }) => [url, ref]).at(-1)).toEqual([HRMS, 'unknown']);
});

test('the spelling is what git gets, the URL has no token', () => {
  const run = 'RUN git clone https://x-access-token:abc@GitHub.com/a/b.git && git clone git@github.com:a/b';
  expect(findRepositories({ text: `FROM a\n${run}` }, {})).toMatchObject([
    { url: 'https://GitHub.com/a/b.git', spelling: 'https://x-access-token:abc@GitHub.com/a/b.git' },
    { url: 'ssh://git@github.com/a/b', spelling: 'git@github.com:a/b' },
  ]);
});

test.each([
  [`git clone --filter=blob:none ${HRMS}`, true],
  [`git clone --filter blob:none -b v15 ${HRMS}`, true],
  [`git clone --filter=blob:none --depth 1 ${HRMS}`, false],
  [`git clone --depth=1 ${HRMS}`, false],
])('whether %s is partial: %s', (command, isPartial) => {
  expect(findRepositories({ text: `FROM a\nRUN ${command}` }, {})).toMatchObject([{ url: HRMS, isPartial }]);
});

describe('a checkout is of the clone of its folder', () => {
  const found = (run: string) =>
    findRepositories({ text: `FROM a\nRUN ${run}` }, {}).flatMap(({ url, by, ref }) =>
      by === 'checkout' ? [`${url.split('/').at(-1)} ${typeof ref === 'string' ? ref : ref.name}`] : [],
    );
  const both = 'git clone https://h/o/a && git clone https://h/o/b.git /opt/bb';
  test.each([
    [`git clone https://h/o/a && cd a && git checkout v1`, ['a v1']],
    [`git clone https://h/o/a . && git checkout v1`, ['a v1']],
    [`${both} && git -C a checkout v1`, ['a v1']],
    [`${both} && cd /opt/bb/ && git checkout v1`, ['b.git v1']],
    [`${both} && cd a && git checkout v1 && git -C /opt/bb switch v2`, ['a v1', 'b.git v2']],
    [`${both} && git checkout v1`, ['a unknown', 'b.git unknown']],
    [`cd /x && git clone https://h/o/a . && cd /y && git clone https://h/o/b . && git checkout v1`, ['b v1']],
  ])('%s', (run, expected) => {
    expect(found(run)).toEqual(expected);
  });
});

describe('what needs the history of a clone', () => {
  const found = (...runs: string[]) =>
    findRepositories({ text: ['FROM a', ...runs, 'FROM b', 'RUN git log'].join('\n') }, {}).map(
      ({ history }) => history,
    );
  test.each<[string[], (string | undefined)[]]>([
    [['RUN git clone https://h/o/a && cd a && git describe --tags'], ['git describe']],
    [['RUN git clone https://h/o/a', 'RUN git -C /a log | wc -l'], ['git log']],
    [['RUN git clone https://h/o/a', 'RUN cd a && git log -1'], [undefined]],
    [['RUN git clone --depth 1 https://h/o/a && cd a && git describe'], [undefined]],
    [['RUN git fetch', 'RUN git clone https://h/o/a'], [undefined]],
    [['RUN bench get-app https://h/o/a && git log'], [undefined]],
    [
      [
        'RUN git clone https://h/o/a && git clone --depth 1 https://h/o/b && git -C b fetch && cd a && git log -1',
      ],
      [undefined, undefined],
    ],
    [
      ['RUN git clone https://h/o/a', 'RUN git clone https://h/o/b && git -C a log'],
      ['git log', undefined],
    ],
    [['RUN git clone https://h/o/a', 'WORKDIR /a', 'RUN git -C elsewhere log'], ['git log']],
    [['RUN git clone https://h/o/a && git -C a fetch origin v2'], [undefined]],
    [['RUN git clone https://h/o/a && git -C a fetch --tags'], ['git fetch']],
  ])('%j', (runs, expected) => {
    expect(found(...runs)).toEqual(expected);
  });
});

test('a script for another shell is read, and what only bash understands is left to it', () => {
  const script = (body: string) => `RUN bash -e <<EOF\n${body}\nEOF`;
  expect(find(script('git clone -b v1 https://h/o/a'))).toEqual(['https://h/o/a v1']);
  const [clone] = findRepositories({ text: `FROM a\nRUN git clone -b $'v1' https://h/o/a` }, {});
  expect(clone).toMatchObject({ url: 'https://h/o/a', ref: 'unknown' });
});
