import { expect, test } from '@jest/globals';
import { readableStep } from './step-name.ts';

const LAYERED = `RUN --mount=type=secret,id=apps_json,target=/opt/frappe/apps.json,uid=1000,gid=1000 export APP_INSTALL_ARGS="" && \\
  if [ -n "\${APPS_JSON_BASE64}" ]; then \\
    export APP_INSTALL_ARGS="--apps_path=/opt/frappe/apps.json"; \\
  fi && \\
  bench init \${APP_INSTALL_ARGS}\\
    --frappe-branch=\${FRAPPE_BRANCH} --no-procfile --skip-redis-config-generation /home/frappe/frappe-bench`;
const FILL = `echo ${'x'.repeat(80)}`;

test.each([
  [`[builder 2/2] ${LAYERED}`, '[builder 2/2] install the apps (bench init …)'],
  [`[linux/arm64 builder 2/2] ${LAYERED}`, '[linux/arm64 builder 2/2] install the apps (bench init …)'],
  [LAYERED, 'install the apps (bench init …)'],
  [`[builder 3/4] RUN ${FILL} && bench get-app a`, '[builder 3/4] install the apps (bench get-app …)'],
  [
    `[2/2] RUN ${FILL}; /home/frappe/.local/bin/bench --verbose init b`,
    '[2/2] install the apps (bench init …)',
  ],
  [`[2/2] RUN <<EOF (${FILL}, bench init b)`, '[2/2] install the apps (bench init …)'],
  [`[2/2] RUN ${FILL} && workbench init b`, `[2/2] RUN ${FILL} && workbench init b`],
  [`[2/2] COPY ${FILL} bench init`, `[2/2] COPY ${FILL} bench init`],
  ['[builder 3/4] RUN bench get-app hrms', '[builder 3/4] RUN bench get-app hrms'],
  ['[2/3] RUN --mount=type=cache,target=/x\n  bench build', '[2/3] RUN bench build'],
  [`[1/3] FROM docker.io/a/b:1@sha256:${'a'.repeat(64)}`, '[1/3] FROM docker.io/a/b:1@sha256:aaaaaaaaaaaa'],
  ['exporting layers', 'exporting layers'],
])('%#', (name, shown) => {
  expect(readableStep(name)).toBe(shown);
});
