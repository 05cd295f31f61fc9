import type { RunningProject } from '../compose/running-project.ts';
import type { ContainerDetails, Containers } from '../engine/engine.ts';
import { databaseImageUnknown } from '../errors/rehearsal-failures.ts';
import { omitUndefined } from '../omit-undefined.ts';

/** Ids of the images that a project's database and Redis run. */
export interface ServiceImages {
  readonly database: string;
  readonly redis?: string;
}

/**
 * Finds them by the hosts in common_site_config.json: a service of the project, or a container of another one.
 * @param chosen `backup.databaseImage` of the site
 * @throws DeBuildError `database-image-unknown`
 */
export async function findServiceImages(
  containers: Containers,
  project: RunningProject,
  config: Readonly<Record<string, unknown>>,
  chosen: string | undefined,
): Promise<ServiceImages> {
  const imageOf = async (host: string) =>
    project.containers.find(({ service }) => service === host)?.imageId ??
    (await containers.list({})).find((one) => isCalled(one, host))?.imageId;
  const host = String(config.db_host ?? '');
  const database = chosen ?? (await imageOf(host));
  if (database === undefined) throw databaseImageUnknown(project.name, host);
  const redis = /^redis:\/\/(?:[^@/]*@)?([^:/]+)/.exec(String(config.redis_cache ?? ''))?.[1];
  return { database, ...omitUndefined({ redis: redis === undefined ? undefined : await imageOf(redis) }) };
}

function isCalled({ name, labels }: ContainerDetails, host: string): boolean {
  return name === host || labels['com.docker.compose.service'] === host;
}
