import { request } from 'node:http';
import type { Readable } from 'node:stream';

export interface EngineRequest {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** `/_ping`, `/images/create?…` */
  readonly path: string;
  readonly body?: Readable | Buffer;
  readonly contentType?: string;
  /** Fails when the engine is silent this long. */
  readonly timeoutMs?: number;
}

/** One request to an engine at `unix:///…`, `tcp://…` or `http://…`. Gives the answer's text; throws from 400 up. */
export function requestEngine(host: string, asked: EngineRequest): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        ...addressOf(host),
        method: asked.method ?? 'GET',
        path: asked.path,
        timeout: asked.timeoutMs ?? 0,
        ...(asked.body === undefined
          ? {}
          : { headers: { 'content-type': asked.contentType ?? 'application/x-tar' } }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const status = response.statusCode ?? 0;
          if (status < 400) resolve(text);
          else reject(new Error(`The engine answered ${status} to ${asked.path}: ${text.trim()}`));
        });
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`The engine at ${host} is silent`)));
    outgoing.on('error', reject);
    if (asked.body === undefined || Buffer.isBuffer(asked.body)) outgoing.end(asked.body);
    else asked.body.on('error', (error) => outgoing.destroy(error)).pipe(outgoing);
  });
}

function addressOf(host: string): { socketPath: string } | { host: string; port: number } {
  const url = new URL(host);
  if (url.protocol === 'unix:') return { socketPath: decodeURIComponent(url.pathname) };
  if (url.protocol === 'tcp:' || url.protocol === 'http:') {
    return { host: url.hostname, port: Number(url.port || 2375) };
  }
  throw new Error(`The testbed cannot talk to an engine at ${url.protocol}//; use unix:// or tcp://`);
}
