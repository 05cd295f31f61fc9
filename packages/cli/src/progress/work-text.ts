import type { ProgressEvent } from '@de-build/core';
import { makeVisible } from '@de-build/core';
import { countOf, formatBytes } from '../terminal/quantities.ts';

/** `1.20 GB / 2.40 GB`, `312 / 900 objects`; empty while nothing is known. */
export function amountOf({
  unit,
  current,
  total = 0,
}: Pick<ProgressEvent, 'unit' | 'current' | 'total'>): string {
  if (current === 0 && total === 0) return '';
  if (unit !== 'bytes')
    return total === 0 ? countOf(current, unit.slice(0, -1)) : `${current} / ${total} ${unit}`;
  return total === 0 ? formatBytes(current) : `${formatBytes(current)} / ${formatBytes(total)}`;
}

/** `sha256:0123456789ab` instead of the whole digest; no colon at the end. */
export function titleOf({ title }: { readonly title: string }): string {
  return makeVisible(title)
    .replace(/(sha256:[0-9a-f]{12})[0-9a-f]+/g, '$1')
    .replace(/:$/, '');
}
