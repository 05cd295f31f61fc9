import { connect } from 'node:http2';
import { Duplex } from 'node:stream';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import type { BuildRecord } from '../engine.ts';
import { readFrames } from '../session/frame-reader.ts';
import { frame } from '../session/frame-writer.ts';
import { readFields } from '../session/protobuf.ts';
import type { EngineTransport } from '../transport.ts';

const METHOD = '/moby.buildkit.v1.Control/ListenBuildHistory';
/** `BuildHistoryRequest` of moby/buildkit's control.proto with EarlyExit: what exists, without waiting for more. */
const ALL_THERE_ARE = Buffer.from([0x18, 0x01]);
const ANSWER_WITHIN_MS = 30_000;

/**
 * BuildKit's records of builds (`docker buildx history`); none before Docker Engine 24.
 * @throws DeBuildError `engine-*` when the engine does not answer at all
 */
export async function readBuildRecords(transport: EngineTransport): Promise<readonly BuildRecord[]> {
  const socket = await transport
    .hijack({ path: '/grpc', upgrade: 'h2c', headers: {} })
    .catch((error: unknown) => {
      if (isDeBuildError(error) && error.code !== 'engine-unreachable') return undefined;
      throw error;
    });
  if (socket === undefined) return [];
  // http2 reads a socket's handle, and would miss the bytes that were put back in front of it.
  const session = connect('http://localhost', {
    createConnection: () => Duplex.from({ readable: socket, writable: socket }),
  });
  session.on('error', () => undefined);
  socket.on('error', () => undefined);
  const call = session.request({
    ':method': 'POST',
    ':path': METHOD,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  call.setTimeout(ANSWER_WITHIN_MS, () => call.close());
  call.end(frame(ALL_THERE_ARE));
  const records = new Map<string, BuildRecord>();
  try {
    for await (const event of readFrames(call)) {
      const record = recordOf(event);
      if (record !== undefined) records.set(record.id, record);
    }
  } catch {
    // When the engine breaks off, the records so far count.
  } finally {
    session.destroy();
    socket.destroy();
  }
  return [...records.values()];
}

/** `BuildHistoryEvent`: a record is its second field, and the record's first is its name. */
function recordOf(event: Buffer): BuildRecord | undefined {
  const bytes = readFields(event).bytes(2);
  return bytes.length === 0 ? undefined : { id: readFields(bytes).text(1), bytes };
}
