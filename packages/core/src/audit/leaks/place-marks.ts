/** Where something stands: a file of a layer, and in it, one within the other, the files of archives and packs. */
export interface Trail {
  readonly path: string;
  readonly inside: readonly string[];
}

export interface MarkedPlace {
  readonly trail: Trail;
  /** Whether it is in what describes the file (name, link, attributes), not in the file. */
  readonly isInName: boolean;
}

/** Says of which file the bytes of a stream are. */
export interface PlaceMarks {
  /** From `at` on the bytes are of that file; from `contentAt` on they are its content. */
  add(mark: { readonly at: number; readonly contentAt: number; readonly trail: Trail }): void;
  placeOf(at: number): MarkedPlace;
  /** Bytes before that are not asked for any more. */
  forget(before: number): void;
}

const MANY = 4096;

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
      if (marks.length > MANY) marks = marks.slice(Math.max(0, indexOf(before)));
    },
  };
}

export function within({ path, inside }: Trail, name: string): Trail {
  return { path, inside: [...inside, name] };
}
