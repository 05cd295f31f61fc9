import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A simulated remote git host: its answers have a fixed delay, and take no time of this machine. */
export interface RememberingHost {
  readonly url: string;
  setLatency(latencyMs: number): void;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * Listens in front of a git server and caches its answers: a real host works on another machine,
 * and only the requests are measured. A request that differs in anything relevant is passed on.
 */
export async function startRememberingHost(serverUrl: string): Promise<RememberingHost> {
  const known = new Map<string, Promise<Answer>>();
  let latencyMs = 0;
  const server = createServer(async (asked, response) => {
    const arrived = performance.now();
    const body = await readAll(asked);
    const key = questionOf(asked, body);
    const answer = known.get(key) ?? ask(serverUrl, asked, body);
    known.set(key, answer);
    const { status, headers, body: said } = await answer;
    await sleep(Math.max(0, latencyMs - (performance.now() - arrived)));
    response.writeHead(status, headers).end(said);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    setLatency(value) {
      latencyMs = value;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function questionOf({ method, url, headers }: IncomingMessage, body: Buffer): string {
  const { authorization, 'git-protocol': protocol, 'content-encoding': encoding } = headers;
  const hash = createHash('sha256').update(body).digest('hex');
  return JSON.stringify([method, url, authorization, protocol, encoding, hash]);
}

function ask(serverUrl: string, asked: IncomingMessage, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(asked.url ?? '/', serverUrl), {
      method: asked.method ?? 'GET',
      headers: { ...asked.headers, connection: 'close' },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      readAll(response).then((said) => {
        const { connection, 'transfer-encoding': _, ...headers } = response.headers;
        resolve({ status: response.statusCode ?? 500, headers, body: said });
      }, reject);
    });
    outgoing.end(body);
  });
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
