import type { ContentSink } from '../content-sink.ts';
import type { BackgroundContent } from './background-content.ts';
import { createByteSearch } from './byte-search.ts';
import { createPlaceMarks, type PlaceMarks } from './place-marks.ts';
import type { ContentPlace, NestedFile, ScanContext } from './scan-context.ts';

/** Searches a stream of bytes, and looks into the packed files in it. */
export interface StreamScan extends ContentSink {
  readonly marks: PlaceMarks;
  /** Looks into a file of the stream, without searching its bytes again. */
  open(place: ContentPlace): ContentSink | undefined;
  /** Waits for unpacking in the background; `undefined` when there is none. */
  drained(): Promise<void> | undefined;
  /** Ends, and waits for everything. */
  finish(): Promise<void>;
}

export function createStreamScan(context: ScanContext, { trail, depth }: NestedFile): StreamScan {
  const search = context.idleSearches.pop() ?? createByteSearch(context.pattern);
  const marks = createPlaceMarks(trail);
  const background = new Set<BackgroundContent>();
  search.begin((hit) => context.onHit(hit, marks.placeOf(hit.at)));
  let isOver = false;
  const scan: StreamScan = {
    marks,
    open: (place) => context.openContent({ ...place, marks, background, depth }),
    data(piece) {
      search.push(piece);
      marks.forget(search.searchedTo());
    },
    end() {
      if (isOver) return;
      isOver = true;
      search.end();
      context.idleSearches.push(search);
    },
    drained: () => (background.size === 0 ? undefined : drain(background)),
    async finish() {
      scan.end();
      while (background.size > 0) await drain(background);
    },
  };
  return scan;
}

async function drain(background: ReadonlySet<BackgroundContent>): Promise<void> {
  await Promise.all([...background].map((content) => content.drained()));
}

/** Searches one file, and looks into it. */
export function createFileScan(context: ScanContext, file: NestedFile): StreamScan {
  const scan = createStreamScan(context, file);
  const content = scan.open({ trail: file.trail, at: 0, size: Number.POSITIVE_INFINITY });
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

/** The same for a file that is in memory. */
export async function scanWhole(context: ScanContext, bytes: Buffer, file: NestedFile): Promise<void> {
  const scan = createFileScan(context, file);
  scan.data(bytes);
  await scan.finish();
}
