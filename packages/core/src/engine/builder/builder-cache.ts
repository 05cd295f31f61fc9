import { engineAnswerUnreadable } from '../../errors/engine-failures.ts';
import type { BuildKit } from '../buildkit/buildkit.ts';
import { CONTROL } from '../buildkit/control.ts';
import { compareVersions } from '../compare-versions.ts';
import type { BuildCache, CacheRecord, PruneOptions } from '../engine.ts';
import { numberField, readFields, readMessage } from '../session/protobuf.ts';

/** Measuring and deleting gigabytes takes time. */
const ANSWER_WITHIN_MS = 30 * 60_000;
/** Before, there was one limit for the size, which also was what the builder's policy kept. */
const HAS_MAX_USED_SPACE = '0.17';

/** The cache of a builder, over BuildKit's own API. @param version of its BuildKit: `v0.25.1` */
export function builderCache(
  nodes: readonly { readonly buildKit: Pick<BuildKit, 'openControl'> }[],
  version: string,
): Pick<BuildCache, 'usage' | 'prune'> {
  const askAll = async (method: string, request: Buffer): Promise<readonly CacheRecord[]> =>
    (await Promise.all(nodes.map(({ buildKit }) => ask(buildKit, method, request)))).flat();
  return {
    usage: () => askAll(CONTROL.diskUsage, Buffer.alloc(0)),
    async prune(options) {
      const deleted = await askAll(CONTROL.prune, pruneRequest(options, version));
      const freedBytes = deleted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      return { deleted: deleted.map(({ id }) => id), freedBytes };
    },
  };
}

/** A `PruneRequest`. */
function pruneRequest({ all, keepBytes, olderThanSeconds }: PruneOptions, version: string): Buffer {
  const isNew = compareVersions(version.replace(/^v/, ''), HAS_MAX_USED_SPACE) >= 0;
  return Buffer.concat([
    all ? numberField(2, 1) : Buffer.alloc(0),
    olderThanSeconds === undefined
      ? Buffer.alloc(0)
      : numberField(3, BigInt(Math.floor(olderThanSeconds)) * 1_000_000_000n),
    keepBytes === undefined ? Buffer.alloc(0) : numberField(isNew ? 5 : 4, Math.floor(keepBytes)),
  ]);
}

async function ask(
  buildKit: Pick<BuildKit, 'openControl'>,
  method: string,
  request: Buffer,
): Promise<readonly CacheRecord[]> {
  const client = await buildKit.openControl();
  const limit = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const records: CacheRecord[] = [];
  try {
    if (method === CONTROL.diskUsage)
      readMessage(await client.call(method, request, limit), (field, value) => {
        if (field === 1 && Buffer.isBuffer(value)) records.push(readRecord(value));
      });
    else for await (const message of client.stream(method, request, limit)) records.push(readRecord(message));
  } catch (error) {
    throw engineAnswerUnreadable(method, (error as Error).message);
  } finally {
    client.close();
  }
  return records;
}

/** A `UsageRecord` of moby/buildkit's control.proto. */
function readRecord(bytes: Buffer): CacheRecord {
  const fields = readFields(bytes);
  const parents: string[] = [];
  readMessage(bytes, (field, value) => {
    if (field === 12 && Buffer.isBuffer(value)) parents.push(value.toString());
  });
  const lastUsed = fields.time(7);
  return {
    id: fields.text(1),
    type: fields.text(10),
    description: fields.text(9),
    inUse: fields.number(3) === 1,
    shared: fields.number(11) === 1,
    sizeBytes: fields.number(4),
    createdAt: new Date(fields.time(6) ?? 0).toISOString(),
    ...(lastUsed === undefined ? {} : { lastUsedAt: new Date(lastUsed).toISOString() }),
    usageCount: fields.number(8),
    parents,
  };
}
