import { access } from 'node:fs/promises';
import { type Compose, type ComposeProject, openCompose } from '../compose/compose.ts';
import type { RunningProject } from '../compose/running-project.ts';
import type { Engine } from '../engine/engine.ts';
import { composeFilesMissing } from '../errors/deploy-failures.ts';
import type { Tools } from '../flow/tools.ts';
import { omitUndefined } from '../omit-undefined.ts';
import { filesOf, readBefore, readDeployments } from './deployment.ts';

/**
 * Compose with the files that a project was brought up from; after a rollback, those from before it.
 * @throws DeBuildError `compose-files-missing`, `compose-missing`
 */
export async function openProjectFiles(
  deployments: string,
  { name, folder, files, envFile }: RunningProject,
  { endpoint }: Pick<Engine, 'endpoint'>,
  { environment, signal }: Pick<Tools, 'environment' | 'signal'>,
): Promise<{ readonly compose: Compose; readonly source: ComposeProject }> {
  const ours = (await readDeployments(deployments)).find(
    ({ id }) => filesOf(deployments, id).compose === files[0],
  );
  const before = ours === undefined ? undefined : await readBefore(filesOf(deployments, ours.id));
  const { folder: at, files: paths, envFile: env } = before ?? { folder, files, envFile };
  const missing = await Promise.all(
    paths.map((file) =>
      access(file).then(
        () => [],
        () => [file],
      ),
    ),
  );
  if (missing.flat().length > 0 || paths.length === 0) throw composeFilesMissing(name, missing.flat());
  const source: ComposeProject = { name, folder: at, files: paths, ...omitUndefined({ envFile: env }) };
  return { compose: await openCompose(source, { environment, endpoint, signal }), source };
}
