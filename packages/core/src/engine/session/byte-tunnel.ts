import { Duplex } from 'node:stream';
import { readFrames } from './frame-reader.ts';
import { frame } from './frame-writer.ts';
import { bytesField, readFields } from './protobuf.ts';

/** A connection within a gRPC call: `BytesMessage` of moby/buildkit's control.proto each way. */
export function byteTunnel(call: Duplex): Duplex {
  const messages = readFrames(call);
  const tunnel = new Duplex({
    read() {
      messages.next().then(
        ({ value, done }) => tunnel.push(done === true ? null : readFields(value).bytes(1)),
        (error: Error) => tunnel.destroy(error),
      );
    },
    write(chunk: Buffer, _encoding, done) {
      bytesWritten += chunk.length;
      call.write(frame(bytesField(1, chunk)), done);
    },
    final(done) {
      call.end(done);
    },
    destroy(error, done) {
      call.destroy();
      done(error);
    },
  });
  let bytesWritten = 0;
  // As Node's own sockets have it.
  return Object.defineProperty(tunnel, 'bytesWritten', { get: () => bytesWritten });
}
