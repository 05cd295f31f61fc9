import type { Readable } from 'node:stream';
import { imageNotLoaded } from '../../errors/engine-image-failures.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import { errorOf } from '../engine-message.ts';
import { followAnswer } from '../follow-answer.ts';
import type { EngineTransport } from '../transport.ts';

/** `docker load`. A failure comes in the middle of an answer with a good status. */
export async function loadImage(
  transport: EngineTransport,
  archive: Readable,
  signal: AbortSignal | undefined,
): Promise<void> {
  const answer = followAnswer(transport, {
    method: 'POST',
    path: '/images/load',
    query: { quiet: true },
    body: archive,
    during: 'loading an image',
    ...omitUndefined({ signal }),
  });
  for await (const message of answer) {
    const error = errorOf(message);
    if (error !== undefined) throw imageNotLoaded(error);
  }
}
