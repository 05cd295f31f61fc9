import type { RunningProject } from '../compose/running-project.ts';
import { serviceUnknown } from '../errors/project-failures.ts';
import { nearestName } from '../site/nearest-name.ts';

/** @throws DeBuildError `service-unknown` */
export function requireServices({ name, containers }: RunningProject, services: readonly string[]): void {
  const known = [...new Set(containers.map(({ service }) => service))];
  const unknown = services.find((service) => !known.includes(service));
  if (unknown !== undefined) throw serviceUnknown(name, unknown, known, nearestName(unknown, known));
}
