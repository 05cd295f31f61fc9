import { once } from 'node:events';
import { Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import type { Layer, LayerReader } from './layer.ts';
import type { TarContent } from './tar-reader.ts';
import { TarError } from './tar-text.ts';

/** A layer that is being read, packed or not. */
export interface OpenedLayer<Note> extends TarContent {
  /** Rejects with a TarError when it is no tar, or is cut off. */
  readonly whole: Promise<Layer<Note>>;
  readonly isOver: boolean;
  /** Resolves when it can take more: unpacking goes on beside the reading. @throws what unpacking failed with */
  drained(): Promise<void>;
  destroy(): void;
}

/** Knows a layer by its first bytes; `undefined` for the other files of a saved image. */
export function openLayer<Note>(
  head: Buffer,
  createReader: () => LayerReader<Note>,
): OpenedLayer<Note> | undefined {
  if (isTar(head)) return openPlain(createReader());
  if (startsWith(head, [0x1f, 0x8b])) return openPacked(createReader(), createGunzip());
  if (startsWith(head, [0x28, 0xb5, 0x2f, 0xfd])) return openPacked(createReader(), createUnzstd());
  return undefined;
}

function openPlain<Note>(reader: LayerReader<Note>): OpenedLayer<Note> {
  const { promise, resolve, reject } = withResolvers<Layer<Note>>();
  // Somebody always awaits it in the end; until then a failure is not unhandled.
  promise.catch(() => {});
  let isOver = false;
  return {
    whole: promise,
    get isOver() {
      return isOver;
    },
    // What the reader throws goes up through the reader of the saved image.
    data: (piece) => reader.push(piece),
    end() {
      const finished = reader.finish();
      finished.then(resolve, reject).finally(() => {
        isOver = true;
      });
    },
    async drained() {
      await reader.drained();
    },
    destroy() {},
  };
}

function openPacked<Note>(reader: LayerReader<Note>, unpack: Transform): OpenedLayer<Note> {
  const { promise, resolve, reject } = withResolvers<Layer<Note>>();
  // Somebody always awaits it in the end; until then a failure is not unhandled.
  promise.catch(() => {});
  let isOver = false;
  let failed: { readonly error: unknown } | undefined;
  const fail = (error: unknown) => {
    isOver = true;
    failed ??= {
      error: error instanceof TarError ? error : new TarError(`A layer in it cannot be unpacked.`),
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
    reader.finish().then((layer) => {
      isOver = true;
      resolve(layer);
    }, fail);
  });
  return {
    whole: promise,
    get isOver() {
      return isOver;
    },
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
  const unpack = (piece: Buffer, transform: Transform) => {
    // Its window, from which it gives the pieces out, is its own.
    unpacker.ondata = (unpacked) => transform.push(Buffer.from(unpacked));
    unpacker.push(piece);
  };
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      try {
        unpack(piece, this);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
}

/** A header with POSIX's or GNU's magic, or the empty blocks of a layer without files. */
function isTar(head: Buffer): boolean {
  if (head.length < 512) return false;
  return head.toString('latin1', 257, 262) === 'ustar' || head.every((byte) => byte === 0);
}

function startsWith(head: Buffer, bytes: readonly number[]): boolean {
  return bytes.every((byte, index) => head[index] === byte);
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
