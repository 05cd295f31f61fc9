import type { Readable } from 'node:stream';

/** The answer as text; reading stops when it is this many bytes long. */
export async function readText(body: Readable, limit = Number.POSITIVE_INFINITY): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes > limit) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}
