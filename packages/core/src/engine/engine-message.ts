/** A message in the answer of a pull, a push or a load. */
export type EngineMessage = Readonly<Record<string, unknown>>;

/** What went wrong, when the message reports a failure. */
export function errorOf(message: EngineMessage): string | undefined {
  const detail = (message.errorDetail as { message?: unknown } | undefined)?.message;
  if (typeof detail === 'string' && detail !== '') return detail;
  return typeof message.error === 'string' && message.error !== '' ? message.error : undefined;
}

/** Bytes; 0 where the message does not say. */
export function progressOf(message: EngineMessage): { readonly current: number; readonly total: number } {
  const detail = message.progressDetail as { current?: unknown; total?: unknown } | undefined;
  return {
    current: typeof detail?.current === 'number' ? detail.current : 0,
    total: typeof detail?.total === 'number' ? detail.total : 0,
  };
}
