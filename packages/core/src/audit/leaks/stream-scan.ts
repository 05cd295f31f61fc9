import type { TarContent } from '../tar-reader.ts';
import type { ByteSearch, Hit, SearchPattern } from './byte-search.ts';
import { createByteSearch } from './byte-search.ts';
import { createContentScan } from './content-scan.ts';
import { createPlaceMarks, type MarkedPlace, type PlaceMarks, type Trail } from './place-marks.ts';

/** What a search through an image needs everywhere. */
export interface ScanContext {
  readonly pattern: SearchPattern;
  onHit(hit: Hit, place: MarkedPlace): void;
  /** Something could not be unpacked to its end, so what it holds was not all looked at. */
  onUnread(trail: Trail, why: string): void;
  /** Searches that are not in use. */
  readonly idle: ByteSearch[];
}

/** Bytes that are searched, and looked into where they are packed. */
export interface StreamScan extends TarContent {
  readonly marks: PlaceMarks;
  /** Looks into one file among the bytes, without searching them again. */
  open(place: ContentPlace): TarContent | undefined;
  /** Waits for unpacking that goes on beside; nothing when there is none. */
  drained(): Promise<void> | undefined;
  /** Ends, and waits for all of it. */
  finish(): Promise<void>;
}

export interface ContentPlace {
  readonly trail: Trail;
  /** Where in the stream it begins. */
  readonly at: number;
  readonly size: number;
}

/** A content that is unpacked in its own time. */
export interface SlowContent extends TarContent {
  drained(): Promise<void>;
}

/** Archives in archives in archives are followed so far. */
export const DEEPEST = 8;

export function createScanContext(
  pattern: SearchPattern,
  listener: Pick<ScanContext, 'onHit' | 'onUnread'>,
): ScanContext {
  return { pattern, idle: [], onHit: listener.onHit, onUnread: listener.onUnread };
}

/** Searches a stream as it comes. @param depth how many archives it lies in */
export function createStreamScan(context: ScanContext, trail: Trail, depth: number): StreamScan {
  const search = context.idle.pop() ?? createByteSearch(context.pattern);
  const marks = createPlaceMarks(trail);
  const slow = new Set<SlowContent>();
  search.begin((hit) => context.onHit(hit, marks.placeOf(hit.at)));
  let isOver = false;
  const scan: StreamScan = {
    marks,
    open: (place) => createContentScan(context, place, { marks, slow, depth }),
    data(piece) {
      search.push(piece);
      marks.forget(search.searchedTo());
    },
    end() {
      if (isOver) return;
      isOver = true;
      search.end();
      context.idle.push(search);
    },
    drained: () => (slow.size === 0 ? undefined : drain(slow)),
    async finish() {
      scan.end();
      while (slow.size > 0) await drain(slow);
    },
  };
  return scan;
}

async function drain(slow: ReadonlySet<SlowContent>): Promise<void> {
  await Promise.all([...slow].map((content) => content.drained()));
}

/** A stream that is one file: searched, and looked into. */
export function createFileScan(context: ScanContext, trail: Trail, depth: number): StreamScan {
  const scan = createStreamScan(context, trail, depth);
  const content = depth > DEEPEST ? undefined : scan.open({ trail, at: 0, size: Number.POSITIVE_INFINITY });
  return {
    ...scan,
    data(piece) {
      content?.data(piece);
      scan.data(piece);
    },
    end() {
      content?.end();
      scan.end();
    },
    async finish() {
      content?.end();
      await scan.finish();
    },
  };
}

/** The same for bytes that are all there. */
export async function scanWhole(
  context: ScanContext,
  bytes: Buffer,
  { trail, depth }: { trail: Trail; depth: number },
) {
  const scan = createFileScan(context, trail, depth);
  scan.data(bytes);
  await scan.finish();
}
