import { findProjects, type ProjectContainer, type RunningProject } from '../compose/running-project.ts';
import type { Containers } from '../engine/engine.ts';
import { projectAmbiguous, projectNotFound, projectWithoutBench } from '../errors/project-failures.ts';
import type { OpenSite } from '../flow/open-site.ts';

/**
 * The project that runs a site's image: the one named, the one that was brought up from the site's folder, or the only one.
 * @throws DeBuildError `project-not-found`, `project-ambiguous`
 */
export async function findProject(
  site: Pick<OpenSite, 'folder' | 'config'>,
  containers: Containers,
  name: string | undefined,
): Promise<RunningProject> {
  const { image } = site.config;
  const all = await findProjects(containers, image);
  const named = name === undefined ? all : all.filter((one) => one.name === name);
  const ours = named.filter(({ sources }) => sources[0]?.folder === site.folder);
  const [project, ...others] = ours.length > 0 ? ours : named;
  if (project === undefined)
    throw projectNotFound(
      image,
      name,
      all.map((one) => one.name),
    );
  if (others.length > 0)
    throw projectAmbiguous(
      image,
      [project, ...others].map((one) => one.name),
    );
  return project;
}

/** A container that has the bench and its sites, a running one if there is one. @throws DeBuildError `project-without-bench` */
export function benchContainerOf(
  project: RunningProject,
  image: string,
  benchFolder: string,
): ProjectContainer {
  const withSites = project.containers.filter(({ mounts }) =>
    mounts.some(({ target }) => target === `${benchFolder}/sites`),
  );
  const running = withSites.filter(({ isRunning }) => isRunning);
  const found = running.find(({ service }) => service === 'backend') ?? running[0] ?? withSites[0];
  if (found === undefined) throw projectWithoutBench(project.name, image, benchFolder);
  return found;
}
