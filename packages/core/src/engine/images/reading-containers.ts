import { hostname } from 'node:os';
import { z } from 'zod';
import { isAlive, ownSpace } from '../../disk/process-alive.ts';
import { askEngine } from '../ask-engine.ts';
import type { ReadingContainer } from '../engine.ts';
import type { EngineTransport } from '../transport.ts';

/** Label of containers that exist only to be read; its value names the process that made them. */
const LABEL = 'de-build.temporary';
/** A new container copies what the image holds at its volumes. */
export const READING_WITHIN_MS = 5 * 60_000;
/** Longer than any of them is needed; for those of a process on another machine. */
const ABANDONED_AFTER_SECONDS = 3600;

const Listed = z.array(
  z.looseObject({
    Id: z.string(),
    Created: z.number(),
    Labels: z.record(z.string(), z.string()).nullish(),
  }),
);

/** Of a new container. */
export async function readingLabels(): Promise<Readonly<Record<string, string>>> {
  return { [LABEL]: [hostname(), await ownSpace(), process.pid].join(' ') };
}

/** Of these images, by id or by any name. */
export async function findReadingContainers(
  transport: EngineTransport,
  images: readonly string[],
): Promise<readonly ReadingContainer[]> {
  if (images.length === 0) return [];
  const filters = JSON.stringify({ label: [LABEL], ancestor: images });
  const request = { method: 'GET', path: '/containers/json', query: { all: true, filters } } as const;
  const listed = await askEngine(transport, request, Listed);
  const space = await ownSpace();
  return listed.map(({ Id, Created, Labels }) => {
    const [host, where, pid] = (Labels?.[LABEL] ?? '').split(' ');
    const isAbandoned =
      host === hostname() && where === space
        ? !isAlive(Number(pid))
        : Date.now() / 1000 - Created > ABANDONED_AFTER_SECONDS;
    return { id: Id, isAbandoned };
  });
}

/** With its volumes. */
export async function removeReadingContainer(transport: EngineTransport, id: string): Promise<void> {
  await transport.send({
    method: 'DELETE',
    path: `/containers/${id}`,
    query: { v: true, force: true },
    answerWithinMs: READING_WITHIN_MS,
  });
}
