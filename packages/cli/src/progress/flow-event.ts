import type { ReleaseEvent, TransferProgress } from '@de-build/core';

export type FlowEvent = Exclude<ReleaseEvent, { type: 'image-read' }>;

/** How a flow of core reports what it does. */
export interface FlowCallbacks {
  readonly onEvent: (event: ReleaseEvent) => void;
  readonly onNotice: (text: string) => void;
  readonly onProgress: (progress: TransferProgress) => void;
}

/** Makes one stream of events of all that flows report. */
export function flowCallbacks(emit: (event: FlowEvent) => void): FlowCallbacks {
  let noticed: string | undefined;
  return {
    onEvent(event) {
      if (event.type === 'notice') noticed = event.text;
      if (event.type === 'image-read') {
        const { current, total } = event;
        emit({
          type: 'progress',
          id: 'image',
          title: 'Reading the image',
          unit: 'bytes',
          current,
          total,
          done: false,
        });
      } else emit(event);
    },
    // Some flows report nothing else.
    onNotice(text) {
      if (noticed !== text) emit({ type: 'notice', level: 'info', text });
      noticed = undefined;
    },
    onProgress({ doing, what, current, total }) {
      const title = `${doing.slice(0, 1).toUpperCase()}${doing.slice(1)} ${what}`;
      emit({
        type: 'progress',
        id: title,
        title,
        unit: 'bytes',
        current,
        ...(total > 0 ? { total } : {}),
        done: false,
      });
    },
  };
}
