import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { EXAMPLE_BASE_IMAGE, type PrivateEngine, runCommand } from '@de-build/testbed';

/**
 * A standalone buildkitd cannot be had for tests. In its place stands the BuildKit of an engine with the image store of
 * containerd, whose API this reaches through the engine's `/grpc`.
 */
export interface StandInBuildkitd {
  /** `tcp://127.0.0.1:PORT` */
  readonly address: string;
  /** Breaks every connection. */
  breakOff(): void;
  close(): void;
}

export interface StandInTls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** @param tls clients must have a certificate of `ca` */
export async function startStandIn(
  { socketPath }: Pick<PrivateEngine, 'socketPath'>,
  tls?: StandInTls,
): Promise<StandInBuildkitd> {
  const open = new Set<Socket>();
  const serve = (client: Socket) => {
    client.setNoDelay(true);
    const engine = connect({ path: socketPath, allowHalfOpen: true });
    for (const socket of [client, engine]) {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
      socket.on('error', () => undefined);
    }
    client.on('close', () => engine.destroy());
    engine.on('close', () => client.destroy());
    engine.write('POST /grpc HTTP/1.1\r\nHost: engine\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
    let head = Buffer.alloc(0);
    const readHead = (chunk: Buffer) => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end === -1) return;
      engine.off('data', readHead);
      client.write(head.subarray(end + 4));
      engine.pipe(client);
      client.pipe(engine);
    };
    engine.on('data', readHead);
  };
  const server: Server =
    tls === undefined
      ? createServer(serve)
      : createTlsServer({ ...tls, requestCert: true, ALPNProtocols: ['h2'] }, serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    breakOff() {
      for (const socket of open) socket.destroy();
    },
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/** What buildkitd's image has as `buildctl`, as far as `buildctl dial-stdio` goes. */
const BUILDCTL = `#!/usr/bin/python3
import os, socket, sys, threading
if sys.argv[1:] != ['dial-stdio']: sys.exit('unknown command')
engine = socket.socket(socket.AF_UNIX)
engine.connect('/engine/docker.sock')
engine.sendall(b'POST /grpc HTTP/1.1\\r\\nHost: engine\\r\\nConnection: Upgrade\\r\\nUpgrade: h2c\\r\\n\\r\\n')
head = b''
while b'\\r\\n\\r\\n' not in head: head += engine.recv(65536)
os.write(1, head.split(b'\\r\\n\\r\\n', 1)[1])
def send():
    while chunk := os.read(0, 65536): engine.sendall(chunk)
    engine.shutdown(socket.SHUT_WR)
threading.Thread(target=send, daemon=True).start()
while chunk := engine.recv(65536):
    while chunk: chunk = chunk[os.write(1, chunk):]
`;

/** Starts a container of the engine in which \`buildctl dial-stdio\` leads to the engine's own BuildKit. */
export async function startStandInContainer(engine: PrivateEngine, name: string): Promise<void> {
  const folder = join(engine.folder, name);
  await mkdir(folder, { recursive: true });
  const buildctl = join(folder, 'buildctl');
  await writeFile(buildctl, BUILDCTL);
  await chmod(buildctl, 0o755);
  await docker(
    engine,
    ...['run', '--detach', '--name', name, '--network', 'none', '--user', 'root'],
    ...['--volume', `${engine.folder}:/engine`, '--volume', `${buildctl}:/usr/local/bin/buildctl:ro`],
    ...[EXAMPLE_BASE_IMAGE, 'sleep', 'infinity'],
  );
}

/** \`kubectl\`, of which the pods are containers of the engine. @returns the folder for PATH */
export async function makeKubectl(engine: PrivateEngine, pods: readonly string[]): Promise<string> {
  const folder = join(engine.folder, 'kubectl');
  await mkdir(folder, { recursive: true });
  const items = pods.map((name) => ({ metadata: { name }, status: { phase: 'Running' } }));
  const gone = { metadata: { name: 'gone', deletionTimestamp: '2026-01-01' }, status: { phase: 'Running' } };
  const waiting = { metadata: { name: 'waiting' }, status: { phase: 'Pending' } };
  await writeFile(join(folder, 'pods.json'), JSON.stringify({ items: [gone, waiting, ...items] }));
  const { command, env } = engine.dockerCli;
  const exported = Object.entries(env).map(([name, value]) => `export ${name}='${value}'`);
  await writeFile(
    join(folder, 'kubectl'),
    [
      '#!/bin/sh',
      ...exported,
      `echo "$@" >> '${folder}/calls'`,
      'while [ "${1#--}" != "$1" ]; do shift; done',
      `case "$1" in`,
      `  get) cat '${folder}/pods.json' ;;`,
      `  exec) pod="$3"; shift; while [ "$1" != -- ]; do shift; done; shift; exec '${command}' exec -i "$pod" "$@" ;;`,
      'esac',
      '',
    ].join('\n'),
    { mode: 0o755 },
  );
  return folder;
}

/** Runs Docker's client on an engine. */
export function docker({ dockerCli, host }: PrivateEngine, ...args: readonly string[]): Promise<string> {
  const environment = { PATH: process.env.PATH, DOCKER_HOST: host, ...dockerCli.env };
  return runCommand(dockerCli.command, args, { environment });
}
