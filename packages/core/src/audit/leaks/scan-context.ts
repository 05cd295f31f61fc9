import type { ContentSink } from '../content-sink.ts';
import type { BackgroundContent } from './background-content.ts';
import type { ByteSearch, Hit, SearchPattern } from './byte-search.ts';
import type { MarkedPlace, PlaceMarks, Trail } from './place-marks.ts';

/** What all parts of the search of one image share. */
export interface ScanContext {
  readonly pattern: SearchPattern;
  onHit(hit: Hit, place: MarkedPlace): void;
  /** Called for content that could not be unpacked completely, so that not all of it was searched. */
  onUnread(trail: Trail, why: string): void;
  /** Searches that can be used again. */
  readonly idleSearches: ByteSearch[];
  /** Looks into packed content; `undefined` for what is too small to be any. */
  openContent(content: ScannedContent): ContentSink | undefined;
}

/** A file, and how many archives it is in. */
export interface NestedFile {
  readonly trail: Trail;
  readonly depth: number;
}

/** A file within a stream. */
export interface ContentPlace {
  readonly trail: Trail;
  /** Where in the stream it begins. */
  readonly at: number;
  readonly size: number;
}

/** The same with what belongs to the stream. */
export interface ScannedContent extends ContentPlace, NestedFile {
  readonly marks: PlaceMarks;
  /** What is being unpacked while the stream goes on. */
  readonly background: Set<BackgroundContent>;
}

export function fileWithin({ trail, depth }: NestedFile, name: string): NestedFile {
  return { trail: trailWithin(trail, name), depth: depth + 1 };
}

export function trailWithin({ path, inside }: Trail, name: string): Trail {
  return { path, inside: [...inside, name] };
}
