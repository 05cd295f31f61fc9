import type { LayerProgress } from '../engine/engine.ts';

/** How far bytes have come that go to or from the engine, a registry or a file. */
export interface TransferProgress {
  readonly doing: 'saving' | 'pushing' | 'checking' | 'loading' | 'pulling';
  /** A file, or a name of an image. */
  readonly what: string;
  /** Bytes. */
  readonly current: number;
  /** Bytes; 0 when unknown. What an engine says of an image's size is an estimate of its archive's. */
  readonly total: number;
}

export type OnProgress = (progress: TransferProgress) => void;

/** Adds up what an engine tells of each layer. */
export function sumLayers(
  doing: TransferProgress['doing'],
  what: string,
  onProgress: OnProgress,
): (progress: LayerProgress) => void {
  const layers = new Map<string, { readonly current: number; readonly total: number }>();
  return ({ layer, status, current, total }) => {
    if (!/^(?:Pushing|Downloading)$/.test(status)) return;
    // An engine may tell more bytes than it announced.
    layers.set(layer, { current, total: Math.max(current, total) });
    const sum = (key: 'current' | 'total') => [...layers.values()].reduce((all, one) => all + one[key], 0);
    onProgress({ doing, what, current: sum('current'), total: sum('total') });
  };
}
