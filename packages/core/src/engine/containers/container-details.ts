import { z } from 'zod';
import { engineAnswerUnreadable } from '../../errors/engine-failures.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import { explainStatus } from '../connection-error.ts';
import type { EngineTransport } from '../transport.ts';

const State = z.looseObject({
  Status: z.string(),
  Running: z.boolean(),
  ExitCode: z.number(),
  StartedAt: z.string(),
  Health: z.looseObject({ Status: z.string() }).nullish(),
});

const Mount = z.looseObject({
  Type: z.string(),
  Name: z.string().nullish(),
  Source: z.string().nullish(),
  Destination: z.string(),
  RW: z.boolean().nullish(),
});

const Inspected = z.looseObject({
  Id: z.string(),
  Name: z.string(),
  Created: z.string(),
  Image: z.string(),
  RestartCount: z.number().nullish(),
  State,
  Config: z.looseObject({
    Image: z.string(),
    User: z.string().nullish(),
    WorkingDir: z.string().nullish(),
    Env: z.array(z.string()).nullish(),
    Cmd: z.array(z.string()).nullish(),
    Entrypoint: z.array(z.string()).nullish(),
    Labels: z.record(z.string(), z.string()).nullish(),
  }),
  HostConfig: z.looseObject({ NetworkMode: z.string().nullish() }),
  Mounts: z.array(Mount).nullish(),
  NetworkSettings: z.looseObject({
    Networks: z.record(z.string(), z.looseObject({ IPAddress: z.string().nullish() })).nullish(),
  }),
});

/** A container, as the engine describes it. */
export interface ContainerDetails {
  readonly id: string;
  readonly name: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Name and tag, or id, as it was started with. */
  readonly image: string;
  /** What that name meant then: `sha256:…`. */
  readonly imageId: string;
  /** `running`, `exited`, `restarting`, `created`, … */
  readonly status: string;
  readonly isRunning: boolean;
  readonly exitCode: number;
  readonly restarts: number;
  /** ISO 8601; absent when it never ran. */
  readonly startedAt?: string;
  /** `healthy`, `unhealthy` or `starting`; absent without a health check. */
  readonly health?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly user: string;
  readonly workingDir: string;
  /** `NAME=value`, those of the image too. May hold secrets: never print them. */
  readonly environment: readonly string[];
  /** Entry point and command. */
  readonly command: readonly string[];
  readonly mounts: readonly ContainerMount[];
  readonly networks: readonly string[];
  /** By network; none where it does not run. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly networkMode: string;
}

export interface ContainerMount {
  readonly type: string;
  /** Of a volume. */
  readonly name?: string;
  /** On the engine's machine. */
  readonly source?: string;
  /** In the container. */
  readonly target: string;
  readonly isWritable: boolean;
}

export async function inspectContainer(
  transport: EngineTransport,
  container: string,
): Promise<ContainerDetails | undefined> {
  const path = `/containers/${container}/json`;
  const answer = await transport.text({ method: 'GET', path });
  if (answer.status === 404) return undefined;
  if (answer.status >= 400) throw explainStatus(answer.status, answer.text, `GET ${path}`);
  const read = Inspected.safeParse(JSON.parse(answer.text));
  if (!read.success) throw engineAnswerUnreadable(`GET ${path}`, z.prettifyError(read.error));
  return detailsOf(read.data);
}

function detailsOf(one: z.infer<typeof Inspected>): ContainerDetails {
  const { State: state, Config: config } = one;
  const neverRan = state.StartedAt.startsWith('0001-');
  return {
    id: one.Id,
    name: one.Name.replace(/^\//, ''),
    createdAt: one.Created,
    image: config.Image,
    imageId: one.Image,
    status: state.Status,
    isRunning: state.Running,
    exitCode: state.ExitCode,
    restarts: one.RestartCount ?? 0,
    labels: config.Labels ?? {},
    user: config.User ?? '',
    workingDir: config.WorkingDir ?? '',
    environment: config.Env ?? [],
    command: [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])],
    mounts: (one.Mounts ?? []).map(({ Type, Name, Source, Destination, RW }) => ({
      type: Type,
      target: Destination,
      isWritable: RW !== false,
      ...omitUndefined({ name: Name ?? undefined, source: Source ?? undefined }),
    })),
    networks: Object.keys(one.NetworkSettings.Networks ?? {}),
    addresses: Object.fromEntries(
      Object.entries(one.NetworkSettings.Networks ?? {}).flatMap(([network, { IPAddress }]) =>
        IPAddress ? [[network, IPAddress]] : [],
      ),
    ),
    networkMode: one.HostConfig.NetworkMode ?? '',
    ...omitUndefined({
      startedAt: neverRan ? undefined : state.StartedAt,
      health: state.Health?.Status,
    }),
  };
}
