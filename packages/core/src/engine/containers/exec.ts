import type { Readable } from 'node:stream';
import { z } from 'zod';
import { omitUndefined } from '../../omit-undefined.ts';
import { askEngine } from '../ask-engine.ts';
import { startRequest } from '../follow-answer.ts';
import type { EngineTransport } from '../transport.ts';

export interface ExecOptions {
  /** Variables in addition to those of the container. Never a secret: every user of the engine can read them. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Default: that of the container. */
  readonly user?: string;
  /** Where it runs. Default: as the container says. */
  readonly folder?: string;
  /** Gets the standard output, in pieces; the result's is empty then. The next piece waits until it resolves. */
  readonly onOutput?: (chunk: Buffer) => Promise<void> | void;
  /** Ends our waiting, not the program. */
  readonly signal?: AbortSignal;
}

export interface ExecResult {
  readonly exitCode: number;
  /** Not redacted. */
  readonly stdout: string;
  /** The last 64 KiB. Not redacted. */
  readonly stderr: string;
}

const Created = z.looseObject({ Id: z.string() });
const Inspected = z.looseObject({ Running: z.boolean(), ExitCode: z.number().nullish() });
const END_BYTES = 64 * 1024;

export async function runExec(
  transport: EngineTransport,
  container: string,
  command: readonly string[],
  { environment = {}, user, folder, onOutput, signal }: ExecOptions,
): Promise<ExecResult> {
  const { Id } = await askEngine(
    transport,
    {
      method: 'POST',
      path: `/containers/${container}/exec`,
      body: {
        Cmd: command,
        ...omitUndefined({ User: user, WorkingDir: folder }),
        Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
        AttachStdout: true,
        AttachStderr: true,
        Tty: false,
      },
    },
    Created,
  );
  const answer = await startRequest(transport, {
    method: 'POST',
    path: `/exec/${Id}/start`,
    body: { Detach: false, Tty: false },
    during: `a command in ${container}`,
    ...omitUndefined({ signal }),
  });
  const stdout: Buffer[] = [];
  let stderr = Buffer.alloc(0);
  try {
    for await (const { stream, chunk } of readFrames(answer.body)) {
      answer.received();
      if (stream === 'stderr') stderr = Buffer.concat([stderr, chunk]).subarray(-END_BYTES);
      else if (onOutput === undefined) stdout.push(chunk);
      else await onOutput(chunk);
    }
  } catch (error) {
    throw answer.explain(error);
  } finally {
    answer.end();
  }
  signal?.throwIfAborted();
  const { ExitCode } = await askEngine(transport, { method: 'GET', path: `/exec/${Id}/json` }, Inspected);
  return {
    exitCode: ExitCode ?? -1,
    stdout: Buffer.concat(stdout).toString('utf8'),
    stderr: stderr.toString('utf8'),
  };
}

const Execs = z.looseObject({ ExecIDs: z.array(z.string()).nullish() });
export async function hasPrograms(transport: EngineTransport, container: string): Promise<boolean> {
  const request = { method: 'GET', path: `/containers/${container}/json` } as const;
  const { ExecIDs } = await askEngine(transport, request, Execs);
  const execs = await Promise.all(
    (ExecIDs ?? []).map((id) =>
      askEngine(transport, { method: 'GET', path: `/exec/${id}/json` }, Inspected).catch(() => undefined),
    ),
  );
  return execs.some((one) => one?.Running === true);
}

interface Frame {
  readonly stream: 'stdout' | 'stderr';
  readonly chunk: Buffer;
}

const HEADER_BYTES = 8;

/** The engine's multiplexed stream: a header of the stream's number and the length of what follows. A frame may be cut. */
export async function* readFrames(body: Readable): AsyncGenerator<Frame> {
  let header = Buffer.alloc(0);
  let left = 0;
  for await (const piece of body) {
    let rest = piece as Buffer;
    while (rest.length > 0) {
      if (left > 0) {
        const chunk = rest.subarray(0, left);
        left -= chunk.length;
        rest = rest.subarray(chunk.length);
        yield { stream: header[0] === 2 ? 'stderr' : 'stdout', chunk };
        if (left === 0) header = Buffer.alloc(0);
      } else {
        const missing = HEADER_BYTES - header.length;
        header = Buffer.concat([header, rest.subarray(0, missing)]);
        rest = rest.subarray(missing);
        if (header.length < HEADER_BYTES) continue;
        left = header.readUInt32BE(4);
        if (left === 0) header = Buffer.alloc(0);
      }
    }
  }
}
