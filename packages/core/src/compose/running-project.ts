import type { ContainerDetails, Containers } from '../engine/engine.ts';
import { isSameRepository, parseReference } from '../engine/images/image-reference.ts';
import { omitUndefined } from '../omit-undefined.ts';

/** How containers were brought up. */
export interface ProjectSource {
  /** Where `docker compose` ran; on that machine. */
  readonly folder: string;
  /** Absolute paths on that machine. */
  readonly files: readonly string[];
  /** Absent unless `--env-file` was given. */
  readonly envFile?: string;
}

/** A Compose project as its containers describe it; nothing else is needed to find it. */
export interface RunningProject {
  readonly name: string;
  /** That of the newest container tells how the project was brought up last: it is the first. */
  readonly sources: readonly ProjectSource[];
  /** Without those of `docker compose run`. */
  readonly containers: readonly ProjectContainer[];
}

export interface ProjectContainer extends ContainerDetails {
  readonly service: string;
  readonly number: number;
  readonly configHash: string;
}

const LABEL = 'com.docker.compose';

/** The containers that a project has now. */
export async function listProject(
  containers: Containers,
  name: string,
): Promise<readonly ProjectContainer[]> {
  return projectOf(name, await containers.list({ [`${LABEL}.project`]: name })).containers;
}

/** The projects that have a container of this image, whatever its tag. */
export async function findProjects(
  containers: Containers,
  image: string,
): Promise<readonly RunningProject[]> {
  const all = await containers.list({ [`${LABEL}.project`]: '' });
  const names = new Set(all.map(projectName));
  return [...names]
    .map((name) =>
      projectOf(
        name,
        all.filter((one) => projectName(one) === name),
      ),
    )
    .filter((project) => project.containers.some((one) => isOfImage(one, image)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether it was started from this image, whatever its tag. */
export function isOfImage({ image: reference }: Pick<ContainerDetails, 'image'>, image: string): boolean {
  return isSameRepository(parseReference(reference).repository, image);
}

function projectName({ labels }: ContainerDetails): string {
  return labels[`${LABEL}.project`] ?? '';
}

function projectOf(name: string, members: readonly ContainerDetails[]): RunningProject {
  const containers = members
    .filter(({ labels }) => labels[`${LABEL}.oneoff`] !== 'True')
    .map((one) => ({
      ...one,
      service: one.labels[`${LABEL}.service`] ?? '',
      number: Number(one.labels[`${LABEL}.container-number`] ?? 1),
      configHash: one.labels[`${LABEL}.config-hash`] ?? '',
    }))
    .sort((a, b) => (a.service === b.service ? a.number - b.number : a.service < b.service ? -1 : 1));
  const newestFirst = [...members].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  const sources = new Map(newestFirst.map((one) => [JSON.stringify(sourceOf(one)), sourceOf(one)]));
  return { name, sources: [...sources.values()], containers };
}

function sourceOf({ labels }: ContainerDetails): ProjectSource {
  return {
    folder: labels[`${LABEL}.project.working_dir`] ?? '',
    files: (labels[`${LABEL}.project.config_files`] ?? '').split(',').filter((path) => path !== ''),
    ...omitUndefined({ envFile: labels[`${LABEL}.project.environment_file`] }),
  };
}
