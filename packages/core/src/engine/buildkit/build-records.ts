import { isDeBuildError } from '../../errors/de-build-error.ts';
import type { BuildRecord } from '../engine.ts';
import { readFields } from '../session/protobuf.ts';
import type { BuildKit } from './buildkit.ts';
import { CONTROL } from './control.ts';

/** `BuildHistoryRequest` of moby/buildkit's control.proto with EarlyExit: what exists, without waiting for more. */
const ALL_THERE_ARE = Buffer.from([0x18, 0x01]);
const ANSWER_WITHIN_MS = 30_000;

/**
 * BuildKit's records of builds (`docker buildx history`); none before Docker Engine 24.
 * @throws DeBuildError `engine-*` when the engine does not answer at all
 */
export async function readBuildRecords(
  buildKit: Pick<BuildKit, 'openControl'>,
): Promise<readonly BuildRecord[]> {
  const client = await buildKit.openControl().catch((error: unknown) => {
    if (isDeBuildError(error) && error.code !== 'engine-unreachable') return undefined;
    throw error;
  });
  if (client === undefined) return [];
  const records = new Map<string, BuildRecord>();
  try {
    const withinLimit = AbortSignal.timeout(ANSWER_WITHIN_MS);
    for await (const event of client.stream(CONTROL.history, ALL_THERE_ARE, withinLimit)) {
      const record = recordOf(event);
      if (record !== undefined) records.set(record.id, record);
    }
  } catch {
    // When the engine breaks off, the records so far count.
  } finally {
    client.close();
  }
  return [...records.values()];
}

/** `BuildHistoryEvent`: a record is its second field, and the record's first is its name. */
function recordOf(event: Buffer): BuildRecord | undefined {
  const bytes = readFields(event).bytes(2);
  return bytes.length === 0 ? undefined : { id: readFields(bytes).text(1), bytes };
}
