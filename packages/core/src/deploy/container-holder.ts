import { hostname } from 'node:os';
import { z } from 'zod';
import { isAlive, ownSpace } from '../disk/process-alive.ts';
import type { ContainerDetails } from '../engine/engine.ts';
import { thisHolder } from '../flow/lock-holder.ts';
import { parseJson } from '../parse-json.ts';

const HOLDER_LABEL = 'de-build.holder';

const holderSchema = z.object({
  what: z.string(),
  user: z.string(),
  pid: z.number(),
  host: z.string(),
  since: z.string(),
  space: z.string(),
});

/** The process that a container was made for. */
export type ContainerHolder = Readonly<z.infer<typeof holderSchema>>;

/** Labels that name this process. @param what as a person would type it */
export async function holderLabels(what: string, now: Date): Promise<Readonly<Record<string, string>>> {
  return { [HOLDER_LABEL]: JSON.stringify({ ...thisHolder(what, now), space: await ownSpace() }) };
}

/** `undefined` where the container is not ours. */
export function holderOf({ labels }: Pick<ContainerDetails, 'labels'>): ContainerHolder | undefined {
  return holderSchema.safeParse(parseJson(labels[HOLDER_LABEL] ?? '')).data;
}

/** Proven only on its own machine. */
export async function hasEnded({ host, space, pid }: ContainerHolder): Promise<boolean> {
  return host === hostname() && space === (await ownSpace()) && !isAlive(pid);
}
