import { join } from 'node:path';
import { type CountedConnection, type CountingProxy, startCountingProxy } from '../counting-proxy.ts';
import type { BenchContext } from './bench-context.ts';
import { createBenchSite } from './bench-site.ts';
import { contextSizes } from './context-sizes.ts';
import type { Figure } from './figure.ts';
import { prepareBuilds } from './paired-builds.ts';
import { median } from './statistics.ts';

/** The bytes that are sent to the engine for an unchanged context, counted in front of its socket. */
export async function measureContextBytes(context: BenchContext): Promise<readonly Figure[]> {
  const engine = await context.engine();
  if (engine === undefined) return [];
  const proxy = await startCountingProxy(engine.socketPath, join(context.folder, 'counted.sock'));
  context.cleanUps.push(() => proxy.close());
  const figures: Figure[] = [];
  for (const { label, files } of contextSizes(context.isQuick)) {
    context.tell(`Bytes sent for an unchanged context, ${label}, on ${engine.description}`);
    const site = await createBenchSite(context, { name: `bytes-${files}`, files });
    const builds = await prepareBuilds(context, engine, site);
    const ours: Counted[] = [];
    const peer: Counted[] = [];
    for (let round = 0; round < 3; round += 1) {
      ours.push(await count(proxy, builds.ours));
      peer.push(await count(proxy, builds.peer));
    }
    const line = (name: string, key: keyof Counted): Figure =>
      compareCounts(
        name,
        ours.map((counted) => counted[key]),
        peer.map((counted) => counted[key]),
      );
    figures.push(
      { ...line(`bytes sent : docker build, ${label}`, 'sent'), aim: { atMost: 1 } },
      line('  of these for the context', 'session'),
      line('  bytes received', 'received'),
    );
  }
  return figures;
}

interface Counted {
  readonly sent: number;
  /** Sent over the connections on which the engine requests the context and the secret. */
  readonly session: number;
  readonly received: number;
}

async function count(proxy: CountingProxy, build: (host: string) => Promise<unknown>): Promise<Counted> {
  proxy.take();
  await build(proxy.host);
  const connections = proxy.take();
  return {
    sent: sum(connections, 'sent'),
    session: sum(
      connections.filter(({ request }) => request.includes('/session ')),
      'sent',
    ),
    received: sum(connections, 'received'),
  };
}

function sum(connections: readonly CountedConnection[], key: 'sent' | 'received'): number {
  return connections.reduce((total, connection) => total + connection[key], 0);
}

function compareCounts(name: string, ours: readonly number[], peer: readonly number[]): Figure {
  const [a, b] = [median(ours), median(peer)];
  return { part: 'context-bytes', name, unit: 'bytes', ours: a, peer: b, ratio: a / b };
}
