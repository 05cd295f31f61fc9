import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerDetails, Engine } from '../engine/engine.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { projectBusy } from '../errors/project-failures.ts';
import { describeHolder } from '../flow/lock-holder.ts';
import { type Bench, openBench } from '../frappe/bench/bench.ts';
import { hasEnded, holderLabels, holderOf } from './container-holder.ts';

const LOOK_MS = 500;
export interface BenchContainerOptions {
  readonly project: string;
  /** The container whose volumes, networks and variables it shares. */
  readonly like: ContainerDetails;
  /** Id of the image whose bench it is. */
  readonly image: string;
  readonly benchFolder: string;
  /** What still runs in the container of a run that has ended is ended, not waited for. Default: false. */
  readonly endsPrograms?: boolean;
  /** As a person would type it. */
  readonly what: string;
  readonly now: Date;
  readonly signal: AbortSignal;
}

/**
 * Runs a function with the bench of an image, in a container of its own beside those of a project. Its fixed name is the lock of
 * the project on this engine: only one container can have it. It is removed afterwards; one whose process has ended is
 * removed by the next.
 * @throws DeBuildError `project-busy`, `engine-*`; what `use` throws
 */
export async function withBenchContainer<Result>(
  { containers, images }: Pick<Engine, 'containers' | 'images'>,
  options: BenchContainerOptions,
  use: (bench: Bench) => Promise<Result>,
): Promise<Result> {
  const { like, image, benchFolder } = options;
  const name = benchContainerName(options.project);
  const before = new Set((await images.inspect(like.imageId))?.env ?? []);
  const [network, ...others] = like.networks;
  const spec = {
    Image: image,
    User: like.user,
    WorkingDir: benchFolder,
    Entrypoint: ['sleep'],
    Cmd: ['infinity'],
    // Those of the image are its own.
    Env: like.environment.filter((one) => !before.has(one)),
    Labels: await holderLabels(options.what, options.now),
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      Init: true,
      NetworkMode: network ?? like.networkMode,
      Binds: bindsOf(like),
    },
  };
  const id = await take(containers, name, spec, options);
  try {
    for (const other of others) await containers.connect(id, other);
    await containers.start(id);
    return await use(openBench(containers, id));
  } finally {
    // An interrupted migration runs on; who takes over waits for it.
    const runsOn = options.signal.aborted && (await containers.hasPrograms(id).catch(() => false));
    if (!runsOn) await containers.remove(id);
  }
}

export function benchContainerName(project: string): string {
  return `${project}-de-build`;
}

async function take(
  containers: Engine['containers'],
  name: string,
  spec: Record<string, unknown>,
  { endsPrograms = false, signal }: Pick<BenchContainerOptions, 'endsPrograms' | 'signal'>,
): Promise<string> {
  try {
    return await containers.create(name, spec);
  } catch (error) {
    if (!isDeBuildError(error) || error.code !== 'container-name-taken') throw error;
    const held = await containers.inspect(name);
    const holder = held === undefined ? undefined : holderOf(held);
    if (held !== undefined && holder === undefined) throw error;
    if (holder !== undefined && !(await hasEnded(holder)))
      throw projectBusy(name.replace(/-de-build$/, ''), describeHolder(holder), name);
    if (held !== undefined) {
      // A migration outlives the run that started it; it must not be cut off.
      while (!endsPrograms && held.isRunning && (await containers.hasPrograms(held.id)))
        await sleep(LOOK_MS, undefined, { signal });
      // By its id: another run may have been quicker, and its container must stay.
      await containers.remove(held.id);
    }
    return containers.create(name, spec);
  }
}

/** Anonymous volumes are the container's own. */
function bindsOf({ mounts }: ContainerDetails): readonly string[] {
  return mounts.flatMap(({ type, name, source, target, isWritable }) => {
    const from = type === 'volume' ? name : type === 'bind' ? source : undefined;
    if (from === undefined || (type === 'volume' && /^[0-9a-f]{64}$/.test(from))) return [];
    return [`${from}:${target}${isWritable ? '' : ':ro'}`];
  });
}
