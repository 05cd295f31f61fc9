import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Compose, type ComposeProject, openCompose } from '../compose/compose.ts';
import type { ProjectSource, RunningProject } from '../compose/running-project.ts';
import type { Engine } from '../engine/engine.ts';
import type { SiteFolder } from '../flow/site-folder.ts';
import type { Tools } from '../flow/tools.ts';
import { omitUndefined } from '../omit-undefined.ts';
import { filesOf, readBefore, readDeployments } from './deployment.ts';

/** The files that a project was brought up from, and Compose with them. */
export interface ProjectFiles {
  readonly source: ComposeProject;
  readonly compose: Compose;
}

/**
 * Compose with the files that a project was brought up from; never those that de-build wrote itself.
 * @returns without `compose` where they are not on this machine
 * @throws DeBuildError `compose-missing`, `deployment-unreadable`
 */
export async function openProjectFiles(
  own: SiteFolder,
  project: RunningProject,
  engine: Pick<Engine, 'endpoint'>,
  { environment, signal }: Pick<Tools, 'environment' | 'signal'>,
): Promise<ProjectFiles | { readonly source: ComposeProject; readonly compose?: undefined }> {
  const { folder, files, envFile } = await findSource(own, project);
  const source: ComposeProject = { name: project.name, folder, files, ...omitUndefined({ envFile }) };
  const isHere = await Promise.all([...files, ...(envFile === undefined ? [] : [envFile])].map(exists));
  if (files.length === 0 || isHere.includes(false)) return { source };
  return { source, compose: await openCompose(source, { environment, endpoint: engine.endpoint, signal }) };
}

async function findSource(own: SiteFolder, { sources }: RunningProject): Promise<ProjectSource> {
  const deployments = await readDeployments(own.deployments);
  for (const source of sources) {
    const theirs = source.files.filter((path) => !path.startsWith(`${own.path}/`));
    if (theirs.length > 0) return { ...source, files: theirs };
    const ours = deployments.find(
      ({ id }) => dirname(source.files[0] ?? '') === filesOf(own.deployments, id).folder,
    );
    if (ours !== undefined) {
      const { folder, files, envFile } = await readBefore(filesOf(own.deployments, ours.id));
      return { folder, files, ...omitUndefined({ envFile }) };
    }
  }
  return { folder: sources[0]?.folder ?? '/', files: [] };
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
