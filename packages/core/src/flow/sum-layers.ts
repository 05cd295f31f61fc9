import type { LayerProgress } from '../engine/engine.ts';
import type { ProgressMeter } from '../progress/progress.ts';

/** Adds up what an engine reports of each layer that it pushes or pulls. */
export function sumLayers(meter: ProgressMeter): (progress: LayerProgress) => void {
  const layers = new Map<string, { readonly current: number; readonly total: number }>();
  return ({ layer, status, current, total }) => {
    if (!/^(?:Pushing|Downloading)$/.test(status)) return;
    // An engine may move more bytes than it announced.
    layers.set(layer, { current, total: Math.max(current, total) });
    const sum = (key: 'current' | 'total') => [...layers.values()].reduce((all, one) => all + one[key], 0);
    meter.set(sum('current'), sum('total'));
  };
}
