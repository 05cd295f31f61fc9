import {
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
  type ServerOptions,
} from 'node:http2';
import { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { readFrames } from './frame-reader.ts';
import { createFrameWriter, type FrameWriter, frame } from './frame-writer.ts';
import { GRPC, GrpcError } from './grpc-status.ts';
import { type Metadata, readMetadata } from './metadata.ts';

/** A unary method answers one message with one message. */
export type GrpcMethod = UnaryMethod | StreamingMethod;

export interface UnaryMethod {
  readonly answer: (request: Buffer, metadata: Metadata) => Buffer | Promise<Buffer>;
}

export interface StreamingMethod {
  readonly converse: (call: GrpcCall) => Promise<void>;
}

export interface GrpcCall {
  readonly metadata: Metadata;
  /** Need not be read completely; breaking off does not end the call. */
  readonly messages: AsyncIterable<Buffer>;
  readonly writer: FrameWriter;
  /** Aborts when the caller hangs up. */
  readonly signal: AbortSignal;
}

/** Methods by their path, `/grpc.health.v1.Health/Check`. */
export type GrpcMethods = Readonly<Record<string, GrpcMethod>>;

/** Not all of them are in Node's types. */
const LIMITS: ServerOptions = {
  ...{ maxHeaderListPairs: 100_000, maxSessionMemory: 256 },
  settings: { maxHeaderListSize: 16 * 1024 * 1024, maxConcurrentStreams: 1000 },
};

/**
 * Serves gRPC to the one caller at the other end of `socket`, over node:http2: repeated metadata must stay apart,
 * and hundreds of patterns must fit into the headers of one call.
 * @param onFailure called with what a method threw
 */
export function serveGrpc(
  socket: Duplex,
  methods: GrpcMethods,
  onFailure: (error: unknown) => void,
): { close(): void } {
  const server = createServer(LIMITS);
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, ...rest: unknown[]) => {
    // Without a listener, the error of a caller that hangs up would end the process.
    stream.on('error', () => undefined);
    const method = Object.hasOwn(methods, headers[':path'] ?? '')
      ? methods[headers[':path'] ?? '']
      : undefined;
    void serve(stream, method, readMetadata(rest[1] as string[])).catch(onFailure);
  });
  server.on('sessionError', () => undefined);
  server.on('session', (session) => session.on('error', () => undefined));
  socket.on('error', () => undefined);
  // To a TLS socket without ALPN http2 answers in HTTP/1.
  const isEncrypted = socket instanceof TLSSocket;
  server.emit('connection', isEncrypted ? Duplex.from({ readable: socket, writable: socket }) : socket);
  return {
    close() {
      server.close();
      socket.destroy();
    },
  };
}

async function serve(
  stream: ServerHttp2Stream,
  method: GrpcMethod | undefined,
  metadata: Metadata,
): Promise<void> {
  const status = { code: GRPC.ok as number, message: '' };
  stream.once('wantTrailers', () => sendStatus(stream, status));
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  try {
    if (method === undefined) throw new GrpcError(GRPC.unimplemented, 'not offered by this session');
    await ('answer' in method ? answerOnce(stream, method, metadata) : converse(stream, method, metadata));
  } catch (error) {
    status.code = error instanceof GrpcError ? error.code : GRPC.unknown;
    status.message = (error as Error).message;
    if (!(error instanceof GrpcError)) throw error;
  } finally {
    if (!stream.destroyed) stream.end();
  }
}

async function answerOnce(stream: ServerHttp2Stream, method: UnaryMethod, metadata: Metadata): Promise<void> {
  for await (const request of readFrames(stream)) {
    stream.write(frame(await method.answer(request, metadata)));
    return;
  }
}

async function converse(
  stream: ServerHttp2Stream,
  method: StreamingMethod,
  metadata: Metadata,
): Promise<void> {
  const gone = new AbortController();
  stream.once('close', () => gone.abort(new Error('The engine closed the call')));
  await method.converse({
    metadata,
    messages: readFrames(stream),
    writer: createFrameWriter(stream),
    signal: gone.signal,
  });
}

function sendStatus(stream: ServerHttp2Stream, { code, message }: { code: number; message: string }): void {
  stream.sendTrailers({
    'grpc-status': String(code),
    ...(message === '' ? {} : { 'grpc-message': encodeURIComponent(message) }),
  });
}
