import { once } from 'node:events';
import { Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import { type ContentSink, isGzip, isTar, isZstd, TAR_HEADER_BYTES } from './content-sink.ts';
import type { Layer, LayerReader } from './layer.ts';
import { TarError } from './tar-text.ts';

/** A layer that is being read, packed or not. */
export interface OpenedLayer<Note> extends ContentSink {
  /** Rejects with a TarError when it is not a tar, or is cut off. */
  readonly whole: Promise<Layer<Note>>;
  /** Resolves when it can take more: it is unpacked asynchronously. @throws what unpacking failed with */
  drained(): Promise<void>;
  destroy(): void;
}

/** Recognizes a layer by its first bytes; `undefined` for other files of a saved image. */
export function openLayer<Note>(
  head: Buffer,
  createReader: () => LayerReader<Note>,
): OpenedLayer<Note> | undefined {
  if (isTar(head) || isEmptyTar(head)) return openPlain(createReader());
  if (isGzip(head)) return openPacked(createReader(), createGunzip());
  return isZstd(head) ? openPacked(createReader(), createUnzstd()) : undefined;
}

function openPlain<Note>(reader: LayerReader<Note>): OpenedLayer<Note> {
  const { promise, resolve, reject } = withResolvers<Layer<Note>>();
  return {
    whole: promise,
    // Its errors are thrown by the reader of the saved image.
    data: (piece) => reader.push(piece),
    end() {
      reader.finish().then(resolve, reject);
    },
    async drained() {
      await reader.drained();
    },
    destroy() {},
  };
}

function openPacked<Note>(reader: LayerReader<Note>, unpack: Transform): OpenedLayer<Note> {
  const { promise, resolve, reject } = withResolvers<Layer<Note>>();
  let failed: { readonly error: unknown } | undefined;
  const fail = (error: unknown) => {
    failed ??= {
      error: error instanceof TarError ? error : new TarError('A layer in it cannot be unpacked.'),
    };
    reject(failed.error);
    unpack.destroy();
  };
  unpack.on('data', (piece: Buffer) => {
    try {
      reader.push(piece);
    } catch (error) {
      fail(error);
      return;
    }
    const draining = reader.drained();
    if (draining === undefined) return;
    unpack.pause();
    draining.then(() => unpack.resume(), fail);
  });
  unpack.on('error', fail);
  unpack.on('end', () => {
    reader.finish().then(resolve, fail);
  });
  return {
    whole: promise,
    data(piece) {
      if (failed === undefined) unpack.write(piece);
    },
    end() {
      if (failed === undefined) unpack.end();
    },
    async drained() {
      if (unpack.writableNeedDrain && failed === undefined) {
        await Promise.race([once(unpack, 'drain'), promise]).catch(() => {});
      }
      if (failed !== undefined) throw failed.error;
    },
    destroy: () => unpack.destroy(),
  };
}

function createUnzstd(): Transform {
  const unpacker = new Decompress();
  const transform = new Transform({
    transform(piece: Buffer, _encoding, done) {
      try {
        unpacker.push(piece);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
  // The unpacker reuses the memory of the piece.
  unpacker.ondata = (unpacked) => transform.push(Buffer.from(unpacked));
  return transform;
}

/** The empty blocks of a layer without files. */
function isEmptyTar(head: Buffer): boolean {
  return head.length >= TAR_HEADER_BYTES && head.every((byte) => byte === 0);
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
