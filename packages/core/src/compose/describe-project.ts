import type { Engine } from '../engine/engine.ts';
import { describeService, type ResourceKeys, type ServiceDefinition } from './describe-service.ts';
import type { RunningProject } from './running-project.ts';

/** A Compose file as a value. It holds the secrets of the project: never print it. */
export interface ProjectDocument {
  readonly name: string;
  readonly services: Readonly<Record<string, ServiceDefinition>>;
  readonly [section: string]: unknown;
}

type Named = Readonly<Record<string, { readonly name?: string } | null>>;

/**
 * A Compose file that brings services up as their containers are now. Networks and volumes stay the ones that exist: Compose
 * neither makes nor replaces them.
 * @param services those that are described; all unless given
 * @param base a file that has other services; its networks and volumes are used where they are the same
 */
export async function describeProject(
  { containers, images }: Pick<Engine, 'containers' | 'images'>,
  project: RunningProject,
  services?: ReadonlySet<string>,
  base: Readonly<Record<string, unknown>> = {},
): Promise<ProjectDocument> {
  const networks = resources(project.name, base.networks as Named | undefined);
  const volumes = resources(project.name, base.volumes as Named | undefined);
  const keys: ResourceKeys = { network: networks.keyOf, volume: volumes.keyOf };
  const described: Record<string, ServiceDefinition> = {};
  for (const { id, imageId, service, name, number } of project.containers) {
    if (described[service] !== undefined || (services !== undefined && !services.has(service))) continue;
    const image = await images.describe(imageId).catch(() => undefined);
    const definition = describeService(
      { container: await containers.describe(id), image: image?.inspected },
      keys,
    );
    const count = project.containers.filter((one) => one.service === service).length;
    const isNamedByCompose = ['-', '_'].some((sign) => name === [project.name, service, number].join(sign));
    described[service] = {
      ...definition,
      ...(count > 1 ? { scale: count } : {}),
      ...(isNamedByCompose ? {} : { container_name: name }),
    };
  }
  return {
    ...base,
    name: project.name,
    services: { ...(base.services as Readonly<Record<string, ServiceDefinition>>), ...described },
    networks: networks.all(),
    volumes: volumes.all(),
  };
}

function resources(project: string, known: Named = {}) {
  const added = new Map<string, { readonly name: string; readonly external: true }>();
  const nameOf = (key: string) => known[key]?.name ?? `${project}_${key}`;
  return {
    keyOf(name: string): string {
      const same = Object.keys(known).find((key) => nameOf(key) === name);
      if (same !== undefined) return same;
      const short = name.startsWith(`${project}_`) ? name.slice(project.length + 1) : name;
      const key = short in known ? name : short;
      added.set(key, { name, external: true });
      return key;
    },
    all: () => ({ ...known, ...Object.fromEntries(added) }),
  };
}
