import { PassThrough, type Readable } from 'node:stream';
import { omitUndefined } from '../../omit-undefined.ts';
import { startRequest } from '../follow-answer.ts';
import type { EngineTransport } from '../transport.ts';
import { platformQuery } from './platform-query.ts';

/** Read ahead, so that the engine works while the reader hashes. */
const READ_AHEAD_BYTES = 1024 * 1024;

/**
 * An image as `docker save` writes it. The first byte may take minutes: Docker 20.10 first copies all layers. The stream
 * fails with a DeBuildError `engine-lost` or `engine-idle` when the engine breaks off, and with the signal's reason on
 * an abort; destroying it ends the request.
 * @throws DeBuildError `engine-object-missing`, `engine-*`; the signal's reason
 */
export async function saveImage(
  transport: EngineTransport,
  { image, platform }: { readonly image: string; readonly platform: string | undefined },
  signal: AbortSignal | undefined,
): Promise<Readable> {
  const { body, received, explain, end } = await startRequest(transport, {
    method: 'GET',
    path: `/images/${image}/get`,
    query: platformQuery(platform),
    during: 'saving an image',
    ...omitUndefined({ signal }),
  });
  const saved = new PassThrough({ highWaterMark: READ_AHEAD_BYTES });
  const fail = (error: Error) => saved.destroy(explain(error) as Error);
  body.on('data', received);
  body.on('error', fail);
  body.on('close', () => {
    end();
    if (!body.readableEnded) fail(new Error('The connection was closed.'));
  });
  saved.on('close', () => body.destroy());
  return body.pipe(saved);
}
