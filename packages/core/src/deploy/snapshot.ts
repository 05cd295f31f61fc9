import type { ResolvedProject } from '../compose/compose.ts';
import { isOfImage, type RunningProject } from '../compose/running-project.ts';

/**
 * The resolved project with the images that run: what Compose needs to bring them up again, whatever happens to the files and to
 * the env file.
 */
export function snapshotOf(
  { document }: Pick<ResolvedProject, 'document'>,
  project: RunningProject,
  image: string,
): Readonly<Record<string, unknown>> {
  const services = document.services as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  return {
    ...document,
    services: Object.fromEntries(
      Object.entries(services).map(([name, service]) => {
        const running = project.containers.find((one) => one.service === name && isOfImage(one, image));
        return [name, running === undefined ? service : { ...service, image: running.image }];
      }),
    ),
  };
}
