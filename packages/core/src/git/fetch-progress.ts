import { measureProgress, type ProgressEvent, type ProgressMeter } from '../progress/progress.ts';

export type OnProgress = (event: ProgressEvent) => void;

/** Counts the objects that come from a host. The title is shown: `Fetching acme/erp`. */
export async function withProgress<T>(
  work: { readonly id: string; readonly title: string },
  onProgress: OnProgress | undefined,
  fetch: (meter: ProgressMeter | undefined) => Promise<T>,
): Promise<T> {
  const meter = onProgress && measureProgress({ ...work, unit: 'objects' }, onProgress);
  try {
    return await fetch(meter);
  } finally {
    meter?.end();
  }
}

/** `acme/erp` of `https://host/acme/erp.git` */
export function repositoryName(url: string): string {
  const pathname = URL.canParse(url) ? new URL(url).pathname : url;
  return pathname.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '');
}

/** Reads `Receiving objects:  42% (42/100), 1.20 MiB | 2.00 MiB/s`, as `git fetch --progress` prints it. */
export function reportReceived(line: string, meter: ProgressMeter | undefined): void {
  const [, current, total] = /^Receiving objects: +\d+% \((\d+)\/(\d+)\)/.exec(line) ?? [];
  if (current !== undefined) meter?.set(Number(current), Number(total));
}

const PROGRESS =
  /^(?:remote: )?(?:(?:Enumerating|Counting|Compressing|Receiving|Resolving|Checking) [a-z]+: +\d|Total \d)|^From |^ [ +*=t-] .* -> /;

/** What git printed, less what `--progress` adds. */
export function withoutProgress(stderr: string): string {
  return stderr
    .split(/[\r\n]/)
    .filter((line) => !PROGRESS.test(line))
    .join('\n');
}
