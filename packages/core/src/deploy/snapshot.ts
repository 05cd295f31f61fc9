import type { ResolvedProject } from '../compose/compose.ts';
import { describeProject, type ProjectDocument } from '../compose/describe-project.ts';
import type { RunningProject } from '../compose/running-project.ts';
import { isOfImage } from '../compose/running-project.ts';
import type { Engine } from '../engine/engine.ts';
import type { ProjectFiles } from './open-project-files.ts';

/** What Compose needs to bring a project up as it is now, whatever happens to its files. */
export interface Snapshot {
  readonly document: ProjectDocument;
  /** Services that are described from their containers: their files are elsewhere, or say something else by now. */
  readonly fromContainers: readonly string[];
}

/** @param files those of the project, where they are here, and what Compose made of them */
export async function snapshotOf(
  project: RunningProject,
  engine: Pick<Engine, 'containers' | 'images'>,
  files: { readonly compose: ProjectFiles['compose']; readonly resolved: ResolvedProject } | undefined,
): Promise<Snapshot> {
  if (files === undefined) {
    const document = await describeProject(engine, project);
    return { document, fromContainers: Object.keys(document.services) };
  }
  const base = withRunningImages(files.resolved, project);
  const hashes = await files.compose.hashesOf(base);
  const changed = project.containers
    .filter(({ service, configHash }) => hashes.get(service) !== configHash)
    .map(({ service }) => service);
  const fromContainers = [...new Set(changed)];
  const document =
    fromContainers.length === 0
      ? base
      : await describeProject(engine, project, new Set(fromContainers), base);
  return { document, fromContainers };
}

function withRunningImages(
  { document }: Pick<ResolvedProject, 'document'>,
  project: RunningProject,
): ProjectDocument {
  const services = document.services as ProjectDocument['services'];
  return {
    ...document,
    name: project.name,
    services: Object.fromEntries(
      Object.entries(services).map(([name, service]) => {
        const running = project.containers.find((one) => one.service === name);
        return [name, running === undefined ? service : { ...service, image: running.image }];
      }),
    ),
  };
}

/** The same with another image in the place of the site's own. */
export function withRelease(
  document: ProjectDocument,
  project: RunningProject,
  image: string,
  reference: string,
): ProjectDocument {
  return {
    ...document,
    services: Object.fromEntries(
      Object.entries(document.services).map(([name, service]) => {
        const isOurs = project.containers.some((one) => one.service === name && isOfImage(one, image));
        return [name, isOurs ? { ...service, image: reference } : service];
      }),
    ),
  };
}
