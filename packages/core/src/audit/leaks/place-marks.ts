/** A file of a layer, and the files of archives and packs within it, from the outside in. */
export interface Trail {
  readonly path: string;
  readonly inside: readonly string[];
}

export interface MarkedPlace {
  readonly trail: Trail;
  /** Whether it is in the name, link or attributes of the file, not in its content. */
  readonly isInName: boolean;
}

/** Knows which file each byte of a stream belongs to. */
export interface PlaceMarks {
  /** From `at` on the bytes belong to this file; from `contentAt` on they are its content. */
  add(mark: { readonly at: number; readonly contentAt: number; readonly trail: Trail }): void;
  placeOf(at: number): MarkedPlace;
  /** No earlier byte will be requested. */
  forget(before: number): void;
}

const MOST_MARKS = 4096;

export function createPlaceMarks(whole: Trail): PlaceMarks {
  let marks: { readonly at: number; readonly contentAt: number; readonly trail: Trail }[] = [];
  const indexOf = (at: number) => {
    let low = 0;
    let high = marks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((marks[middle]?.at ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  };
  return {
    add(mark) {
      marks.push(mark);
    },
    placeOf(at) {
      const mark = marks[indexOf(at)];
      if (mark === undefined) return { trail: whole, isInName: false };
      return { trail: mark.trail, isInName: at < mark.contentAt };
    },
    forget(before) {
      if (marks.length > MOST_MARKS) marks = marks.slice(Math.max(0, indexOf(before)));
    },
  };
}
