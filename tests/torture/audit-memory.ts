import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { createAuditedSite } from './audit-speed.ts';
import type { Figure } from './figure.ts';
import { watchMemory } from './peak-memory.ts';
import type { TortureContext } from './torture-context.ts';
import { createVariedTar } from './varied-files.ts';

const MOST_MEGABYTES = 200;
const LAYERS = 5;
const LAYER_BYTES = 1e9;
const ID = `sha256:${'ab'.repeat(32)}`;

/**
 * The most memory that `de-build audit` takes for an image of 5 GB. The image comes from a server that speaks as much of
 * the engine's API as that needs, so that no disk has to hold it.
 */
export async function measureAuditMemory(context: TortureContext): Promise<readonly Figure[]> {
  const { isQuick, signal, folder, cli, tell } = context;
  const site = await createAuditedSite(join(folder, 'audit-memory'));
  const socket = join(folder, 'memory.sock');
  const layerBytes = isQuick ? LAYER_BYTES / 50 : LAYER_BYTES;
  let sent = 0;
  const server = await serveImage(socket, layerBytes, signal, (bytes) => {
    sent += bytes;
  });
  try {
    const args = [cli, 'audit', 'large:1', '--json', '--host', `unix://${socket}`];
    const { exitCode, output, peak } = await watchMemory(args, { folder: site, signal });
    if (exitCode !== 0) throw new Error(`de-build audit ended with ${exitCode}: ${output.slice(-500)}`);
    const report = JSON.parse(output) as { readonly layers: { readonly searched: number } };
    if (report.layers.searched !== LAYERS) throw new Error('Not all layers were searched.');
    tell(`${(sent / 1e9).toFixed(2)} GB went through`);
    return [
      {
        part: 'audit-memory',
        name: `peak memory for ${(sent / 1e9).toFixed(1)} GB, in MB`,
        value: peak.toFixed(0),
        aim: `≤ ${MOST_MEGABYTES}`,
        isMet: peak > 0 && peak <= MOST_MEGABYTES,
      },
    ];
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function serveImage(
  socket: string,
  layerBytes: number,
  signal: AbortSignal,
  onSent: (bytes: number) => void,
): Promise<Server> {
  const digests = Array.from({ length: LAYERS }, (_, index) => `sha256:${`${index}`.padStart(64, 'c')}`);
  const inspected = {
    Id: ID,
    RepoTags: ['large:1'],
    Size: LAYERS * layerBytes,
    Os: 'linux',
    Architecture: 'amd64',
    Config: { Env: [] },
    RootFS: { Layers: digests },
  };
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/^\/v[\d.]+/, '');
    response.setHeader('Api-Version', '1.44');
    response.setHeader('Server', 'Docker/25.0.0 (linux)');
    if (path === '/_ping') response.end('OK');
    else if (/^\/images\/.*large.*\/json/.test(path) && path.includes('large:1'))
      sendJson(response, inspected);
    else if (/^\/images\/.*\/get/.test(path))
      void sendImage(response, digests, { layerBytes, signal, onSent });
    else if (path.startsWith('/version')) sendJson(response, { Version: '25.0.0', MinAPIVersion: '1.24' });
    else if (path.startsWith('/info')) sendJson(response, { ServerVersion: '25.0.0' });
    else {
      response.statusCode = 404;
      sendJson(response, { message: 'No such image' });
    }
  });
  server.listen(socket);
  await once(server, 'listening');
  return server;
}

function sendJson(response: ServerResponse, value: object): void {
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(value));
}

async function sendImage(
  response: ServerResponse,
  digests: readonly string[],
  options: {
    readonly layerBytes: number;
    readonly signal: AbortSignal;
    readonly onSent: (bytes: number) => void;
  },
): Promise<void> {
  const tar = pack();
  const sending = pipeline(
    Readable.from(tar),
    async function* (source: AsyncIterable<Buffer>) {
      for await (const piece of source) {
        options.onSent(piece.length);
        yield piece;
      }
    },
    response,
  );
  const makeLayer = await createVariedTar(options.layerBytes, options.signal);
  // The length stands before the content.
  const size = await lengthOf(makeLayer());
  const names = digests.map((digest) => `blobs/sha256/${digest.replace('sha256:', '')}`);
  for (const name of names) {
    await pipeline(makeLayer(), tar.entry({ name, size }));
  }
  const config = JSON.stringify({ rootfs: { type: 'layers', diff_ids: digests } });
  tar.entry({ name: 'blobs/sha256/config' }, config);
  tar.entry({ name: 'manifest.json' }, JSON.stringify([{ Config: 'blobs/sha256/config', Layers: names }]));
  tar.finalize();
  await sending;
}

async function lengthOf(stream: AsyncIterable<Buffer>): Promise<number> {
  let bytes = 0;
  for await (const piece of stream) bytes += piece.length;
  return bytes;
}
