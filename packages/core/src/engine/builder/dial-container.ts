import { Duplex } from 'node:stream';
import { z } from 'zod';
import { builderNotRunning, builderUnreachable } from '../../errors/builder-failures.ts';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import { askEngine } from '../ask-engine.ts';
import { findEndpoint, findOtherSockets } from '../find-endpoint.ts';
import { greetEngine } from '../greet-engine.ts';
import { openTransport } from '../open-transport.ts';
import type { EngineTransport } from '../transport.ts';
import type { BuilderAddress } from './builder-address.ts';
import type { DialOptions } from './dial-options.ts';

const Exec = z.looseObject({ Id: z.string() });

/** What buildx runs in the container of a builder. */
const DIAL = ['buildctl', 'dial-stdio'];

/** @throws DeBuildError `builder-not-running`, `engine-*` */
export async function dialContainer(
  { container, engine }: Extract<BuilderAddress, { kind: 'container' }>,
  { name, environment, signal }: DialOptions,
): Promise<Duplex> {
  const isHost = engine?.includes('://') === true;
  const endpoint = await findEndpoint({
    environment:
      engine === undefined || engine === 'default' || isHost
        ? environment
        : { ...environment, DOCKER_HOST: undefined, DOCKER_CONTEXT: engine },
    ...(isHost && { host: engine }),
  });
  const transport = await openTransport(endpoint, {
    environment,
    otherSockets: findOtherSockets(environment),
    answerWithinMs: 10_000,
  });
  try {
    await greetEngine(transport, omitUndefined({ signal }));
    const socket = await runInContainer(transport, container, signal);
    socket.once('close', () => transport.close());
    return demultiplex(socket, (output) =>
      builderUnreachable(name, `\`${DIAL.join(' ')}\` in the container ${container} failed.`, { output }),
    );
  } catch (error) {
    transport.close();
    const why = isDeBuildError(error) ? NOT_RUNNING[error.code] : undefined;
    throw why === undefined ? error : builderNotRunning(name, why.replace('NAME', container));
  }
}

const NOT_RUNNING: Readonly<Record<string, string>> = {
  'engine-object-missing': 'Its engine has no container NAME.',
  // 409, for a container that is stopped or paused.
  'engine-refused': 'Its container NAME is stopped.',
};

async function runInContainer(
  transport: EngineTransport,
  container: string,
  signal: AbortSignal | undefined,
): Promise<Duplex> {
  const { Id } = await askEngine(
    transport,
    {
      method: 'POST',
      path: `/containers/${container}/exec`,
      body: { Cmd: DIAL, AttachStdin: true, AttachStdout: true, AttachStderr: true },
      ...omitUndefined({ signal }),
    },
    Exec,
  );
  return transport.hijack({
    path: `/exec/${Id}/start`,
    upgrade: 'tcp',
    headers: {},
    body: { Detach: false, Tty: false },
    ...omitUndefined({ signal }),
  });
}

/** Eight bytes: which output, three zeros, and the length of what follows. */
const HEAD_BYTES = 8;
const STDERR = 2;
/** An HTTP/2 server begins with the frame SETTINGS (RFC 9113, 3.4); an engine reports a failed start as output. */
const SETTINGS = 4;
const FRAME_TYPE_AT = 3;
const LARGEST_OUTPUT = 4000;

/**
 * The standard output of a program, which an engine sends in one stream with the error output.
 * @param explain makes the error of a program that ended before it printed anything
 */
export function demultiplex(socket: Duplex, explain: (output: string) => Error): Duplex {
  let rest: Buffer = Buffer.alloc(0);
  let output = '';
  let isProtocol = false;
  const plain = new Duplex({
    read: () => void socket.resume(),
    write: (chunk: Buffer, _encoding, done) => void socket.write(chunk, done),
    final: (done) => void socket.end(done),
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= HEAD_BYTES) {
      const end = HEAD_BYTES + rest.readUInt32BE(4);
      if (rest.length < end) break;
      const data = rest.subarray(HEAD_BYTES, end);
      isProtocol ||= rest[0] !== STDERR && data[FRAME_TYPE_AT] === SETTINGS;
      if (!isProtocol) output = (output + data.toString()).slice(-LARGEST_OUTPUT);
      else if (rest[0] !== STDERR && !plain.push(data)) socket.pause();
      rest = rest.subarray(end);
    }
  });
  socket.on('error', (error) => plain.destroy(error));
  socket.on('end', () => (isProtocol ? plain.push(null) : plain.destroy(explain(output))));
  return plain;
}
