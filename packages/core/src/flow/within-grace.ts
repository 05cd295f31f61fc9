/**
 * Waits for work that cannot be interrupted. Once the signal has aborted, the work gets a moment to end, and is no longer
 * waited for after that.
 * @throws what the work throws; the signal's reason when it took too long
 */
export async function withinGrace<Result>(
  signal: AbortSignal,
  work: Promise<Result>,
  graceMs = 2_000,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  let giveUp = () => {};
  const late = new Promise<never>((_, reject) => {
    giveUp = () => {
      timer = setTimeout(() => reject(signal.reason), graceMs);
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}
