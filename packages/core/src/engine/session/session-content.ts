import type { ContentWriter } from '../../disk/content-writer.ts';
import type { ContentFolder } from '../local-cache/content-folder.ts';
import type { GrpcCall, GrpcMethods } from './grpc-server.ts';
import { GRPC, GrpcError } from './grpc-status.ts';
import type { Metadata } from './metadata.ts';
import { bytesField, numberField, readFields } from './protobuf.ts';

const SERVICE = '/containerd.services.content.v1.Content';
const STORE_HEADER = 'buildkit-attachable-store-id';

/** `containerd.services.content.v1.Content`, as far as a cache needs it. @param stores by the ids that BuildKit asks for */
export function sessionContent(stores: ReadonlyMap<string, ContentFolder>): GrpcMethods {
  if (stores.size === 0) return {};
  const choose = (metadata: Metadata): ContentFolder => {
    const id = metadata.get(STORE_HEADER)?.[0] ?? '';
    const store = stores.get(id);
    if (store === undefined) throw new GrpcError(GRPC.notFound, `unknown store ${id}`);
    return store;
  };
  return {
    [`${SERVICE}/Info`]: {
      async answer(request, metadata) {
        const digest = readFields(request).text(1);
        const size = await sizeOf(choose(metadata), digest);
        return bytesField(1, Buffer.concat([bytesField(1, digest), numberField(2, size)]));
      },
    },
    [`${SERVICE}/Read`]: { converse: (call) => read(choose(call.metadata), call) },
    [`${SERVICE}/Write`]: { converse: (call) => write(choose(call.metadata), call) },
    // A write that broke off begins again.
    [`${SERVICE}/Status`]: {
      answer: () => {
        throw new GrpcError(GRPC.notFound, 'no such write');
      },
    },
    [`${SERVICE}/Abort`]: { answer: () => Buffer.alloc(0) },
  };
}

async function sizeOf(store: ContentFolder, digest: string): Promise<number> {
  const size = await store.size(digest);
  if (size === undefined) throw new GrpcError(GRPC.notFound, `content ${digest}: not found`);
  return size;
}

async function read(store: ContentFolder, { messages, writer }: GrpcCall): Promise<void> {
  for await (const message of messages) {
    const fields = readFields(message);
    const digest = fields.text(1);
    let offset = fields.number(2);
    if ((await sizeOf(store, digest)) <= offset) return;
    for await (const data of store.read(digest, { offset, size: fields.number(3) })) {
      await send(writer, Buffer.concat([numberField(1, offset), bytesField(2, data as Buffer)]));
      offset += (data as Buffer).length;
    }
    return;
  }
}

/** What a `WriteContentRequest` asks for. */
const ACTION = { stat: 0, write: 1, commit: 2 } as const;

async function write(store: ContentFolder, { messages, writer }: GrpcCall): Promise<void> {
  let content: ContentWriter | undefined;
  try {
    for await (const message of messages) {
      const fields = readFields(message);
      const expected = fields.text(4);
      if (expected !== '' && content === undefined && (await isThere(store, expected, fields.number(3))))
        throw new GrpcError(GRPC.alreadyExists, `content ${expected}: already exists`);
      content ??= await store.write();
      const action = fields.number(1);
      const data = fields.bytes(6);
      if (data.length > 0) await content.append(data);
      if (action === ACTION.commit) await content.commit(expected);
      await send(
        writer,
        Buffer.concat([
          numberField(1, action),
          numberField(4, content.length),
          numberField(5, fields.number(3)),
          action === ACTION.commit ? bytesField(6, expected) : Buffer.alloc(0),
        ]),
      );
    }
  } catch (error) {
    throw error instanceof RangeError ? new GrpcError(GRPC.invalidArgument, error.message) : error;
  } finally {
    await content?.close();
  }
}

/** One of another size was damaged. @param total 0 where it is not known */
async function isThere(store: ContentFolder, digest: string, total: number): Promise<boolean> {
  const size = await store.size(digest);
  return size !== undefined && (total === 0 || total === size);
}

async function send(writer: GrpcCall['writer'], message: Buffer): Promise<void> {
  const { target, at } = writer.reserve(message.length);
  writer.commit(at + message.copy(target, at));
  await writer.flush();
}
