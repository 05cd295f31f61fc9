import type { CacheEntry } from '../../site/cache-entry.ts';
import { bytesField, numberField, readFields, readMessage } from '../session/protobuf.ts';

/**
 * Requests and answers of BuildKit's own API: `moby.buildkit.v1.Control` of moby/buildkit's control.proto.
 */
export const CONTROL = {
  solve: '/moby.buildkit.v1.Control/Solve',
  status: '/moby.buildkit.v1.Control/Status',
  history: '/moby.buildkit.v1.Control/ListenBuildHistory',
  workers: '/moby.buildkit.v1.Control/ListWorkers',
  diskUsage: '/moby.buildkit.v1.Control/DiskUsage',
  prune: '/moby.buildkit.v1.Control/Prune',
  info: '/moby.buildkit.v1.Control/Info',
  session: '/moby.buildkit.v1.Control/Session',
} as const;

export type Attributes = Readonly<Record<string, string | undefined>>;

/** A `SolveRequest`. */
export interface Solve {
  /** Ours; names the build in `Status`. */
  readonly ref: string;
  /** `undefined` keeps the result in the cache. */
  readonly exporter: string | undefined;
  readonly exporterAttributes: Attributes;
  readonly sessionId: string;
  readonly frontendAttributes: Attributes;
  readonly entitlements: readonly string[];
  readonly cacheFrom: readonly CacheEntry[];
  readonly cacheTo: readonly CacheEntry[];
  /** Sources, and what takes their place: a `Policy` of moby/buildkit's sourcepolicy/pb. */
  readonly replacedSources: Readonly<Record<string, string>>;
}

export function writeSolve(solve: Solve): Buffer {
  return Buffer.concat([
    bytesField(1, solve.ref),
    solve.exporter === undefined ? Buffer.alloc(0) : bytesField(3, solve.exporter),
    writeMap(4, solve.exporterAttributes),
    bytesField(5, solve.sessionId),
    bytesField(6, 'dockerfile.v0'),
    writeMap(7, {
      ...solve.frontendAttributes,
      // The frontend asks for them, not the solver.
      'cache-imports':
        solve.cacheFrom.length === 0 ? undefined : JSON.stringify(solve.cacheFrom.map(importOf)),
    }),
    writeCacheOptions(solve),
    ...solve.entitlements.map((entitlement) => bytesField(9, entitlement)),
    writePolicy(solve.replacedSources),
  ]);
}

function importOf({ type, attributes }: CacheEntry) {
  return { Type: type, Attrs: attributes };
}

function writeCacheOptions({ cacheFrom, cacheTo }: Solve): Buffer {
  const entry = (field: number, { type, attributes }: CacheEntry) =>
    bytesField(field, Buffer.concat([bytesField(1, type), writeMap(2, attributes)]));
  const entries = [...cacheTo.map((one) => entry(4, one)), ...cacheFrom.map((one) => entry(5, one))];
  return entries.length === 0 ? Buffer.alloc(0) : bytesField(8, Buffer.concat(entries));
}

const CONVERT = 2;

function writePolicy(replaced: Solve['replacedSources']): Buffer {
  const rules = Object.entries(replaced).map(([from, to]) => {
    // A selector of the type EXACT is converted to itself; an image's name holds no wildcard.
    const [selector, update] = [bytesField(1, from), bytesField(1, to)];
    const rule = [numberField(1, CONVERT), bytesField(2, selector), bytesField(3, update)];
    return bytesField(2, Buffer.concat(rule));
  });
  return rules.length === 0 ? Buffer.alloc(0) : bytesField(12, Buffer.concat([numberField(1, 1), ...rules]));
}

/** The exporter's answer by key, from a `SolveResponse`. @throws RangeError when the bytes are no such message */
export function readSolveResponse(bytes: Buffer): ReadonlyMap<string, string> {
  return readMap(bytes, 1);
}

/** A `StatusRequest`. */
export function writeStatusRequest(ref: string): Buffer {
  return bytesField(1, ref);
}

/** The platforms of a `ListWorkersResponse`. @throws RangeError when the bytes are no such message */
export function readPlatforms(bytes: Buffer): readonly string[] {
  const platforms: string[] = [];
  readMessage(bytes, (field, worker) => {
    if (field !== 1 || typeof worker === 'number') return;
    readMessage(worker, (part, value) => {
      if (part !== 3 || typeof value === 'number') return;
      const fields = readFields(value);
      const words = [fields.text(2), fields.text(1), fields.text(3)];
      platforms.push(words.filter((word) => word !== '').join('/'));
    });
  });
  return [...new Set(platforms)];
}

/** The version of an `InfoResponse`: `v0.25.1`. @throws RangeError when the bytes are no such message */
export function readVersion(bytes: Buffer): string {
  return readFields(readFields(bytes).bytes(1)).text(2);
}

function writeMap(field: number, entries: Attributes): Buffer {
  const present = Object.entries(entries).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return Buffer.concat(
    present.map(([key, value]) =>
      bytesField(field, Buffer.concat([bytesField(1, key), bytesField(2, value)])),
    ),
  );
}

function readMap(bytes: Buffer, wanted: number): Map<string, string> {
  const entries = new Map<string, string>();
  readMessage(bytes, (field, entry) => {
    if (field !== wanted || typeof entry === 'number') return;
    let key = '';
    let text = '';
    readMessage(entry, (part, value) => {
      if (part === 1) key = value.toString();
      if (part === 2) text = value.toString();
    });
    entries.set(key, text);
  });
  return entries;
}
