import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { Duplex } from 'node:stream';
import { byteTunnel } from './byte-tunnel.ts';
import { readFrames } from './frame-reader.ts';
import { frame } from './frame-writer.ts';
import { GRPC, GrpcError } from './grpc-status.ts';

/** Calls methods of the gRPC server at the other end of a socket. */
export interface GrpcClient {
  /**
   * The answer to one message. An abort cancels the call, which ends what it had started.
   * @throws GrpcError the server's; Error when the connection breaks off; the signal's reason
   */
  call(method: string, request: Buffer, signal?: AbortSignal): Promise<Buffer>;
  /** The messages of an answer. @throws as `call` */
  stream(method: string, request: Buffer, signal?: AbortSignal): AsyncGenerator<Buffer, void, void>;
  /**
   * A call that carries bytes both ways, each message in its first field; the stream ends with the call.
   * @param headers a value that is a list is sent once for each member
   */
  tunnel(method: string, headers: Readonly<Record<string, string | readonly string[]>>): Duplex;
  /** Closes the connection; calls under way fail with this error. */
  close(error?: Error): void;
}

/** The trailers of a failed build hold its Containerfile and stack traces. */
const LARGEST_HEADERS = 16 * 1024 * 1024;

/** With Node's 64 KB, a busy machine spends its time on asking for more of a step's output. */
const WINDOW_BYTES = 1024 * 1024;

export function createGrpcClient(socket: Duplex): GrpcClient {
  let failure: Error | undefined;
  // http2 reads a socket's handle, and would miss the bytes that were put back in front of it.
  const session = connect('http://buildkit', {
    createConnection: () => Duplex.from({ readable: socket, writable: socket }),
    settings: { maxHeaderListSize: LARGEST_HEADERS, initialWindowSize: WINDOW_BYTES },
  });
  session.once('connect', () => session.setLocalWindowSize(WINDOW_BYTES));
  const onError = (error: Error) => {
    failure ??= error;
  };
  session.on('error', onError);
  socket.on('error', onError);
  async function* stream(method: string, request: Buffer, signal?: AbortSignal) {
    signal?.throwIfAborted();
    if (session.destroyed) throw failure ?? brokenOff();
    const call = startCall(session, method);
    call.stream.end(frame(request));
    const cancel = () => call.stream.close(constants.NGHTTP2_CANCEL);
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      yield* readFrames(call.stream);
      signal?.throwIfAborted();
      if (failure !== undefined && call.status() === undefined) throw failure;
      requireSuccess(call.status());
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof GrpcError) throw error;
      throw failure ?? error;
    } finally {
      signal?.removeEventListener('abort', cancel);
      if (!call.stream.closed) cancel();
    }
  }
  return {
    stream,
    async call(method, request, signal) {
      let answer: Buffer | undefined;
      for await (const message of stream(method, request, signal)) answer ??= Buffer.from(message);
      if (answer === undefined) throw brokenOff();
      return answer;
    },
    tunnel(method, headers) {
      const call = startCall(session, method, headers);
      return byteTunnel(call.stream);
    },
    close(error) {
      if (error !== undefined) onError(error);
      session.destroy(error);
      socket.destroy();
    },
  };
}

interface Status {
  readonly code: number;
  readonly message: string;
}

interface Call {
  readonly stream: ClientHttp2Stream;
  /** `undefined` until the server ended the call. */
  status(): Status | undefined;
}

function startCall(
  session: ClientHttp2Session,
  method: string,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): Call {
  const stream = session.request({
    ':method': 'POST',
    ':path': method,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
  let status: Status | undefined;
  const readStatus = (headers: Readonly<Record<string, unknown>>) => {
    if (headers['grpc-status'] === undefined) return;
    const message = String(headers['grpc-message'] ?? '');
    status = { code: Number(headers['grpc-status']), message: decodeMessage(message) };
  };
  stream.on('response', readStatus);
  stream.on('trailers', readStatus);
  // Reading the stream reports it.
  stream.on('error', () => undefined);
  return { stream, status: () => status };
}

function requireSuccess(status: Status | undefined): void {
  if (status === undefined) throw brokenOff();
  if (status.code !== GRPC.ok) throw new GrpcError(status.code, status.message);
}

function brokenOff(): Error {
  const error = new Error('The connection was closed before the answer was complete.');
  return Object.assign(error, { code: 'ECONNRESET' });
}

/** By the gRPC specification: percent-encoded UTF-8, or as it is where it is not. */
function decodeMessage(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}
