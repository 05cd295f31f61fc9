import { setTimeout as sleep } from 'node:timers/promises';
import { siteNotServed } from '../errors/service-failures.ts';
import type { Bench } from '../frappe/bench/bench.ts';
import type { SiteProbe } from '../frappe/bench/bench-answers.ts';

export interface AwaitedSite {
  /** `http://frontend:8080` */
  readonly base: string;
  readonly site: string;
  readonly signal: AbortSignal;
}

const LOOK_MS = 500;
const WITHIN_MS = 120_000;

/**
 * Waits until the frontend serves a site: its API, a page with the bundle that it names, and socket.io.
 * @throws DeBuildError `site-not-served`
 */
export async function waitForSite(bench: Bench, { base, site, signal }: AwaitedSite): Promise<void> {
  let seen: string | undefined;
  for (const end = performance.now() + WITHIN_MS; performance.now() < end; await sleep(LOOK_MS)) {
    signal.throwIfAborted();
    seen = problemOf(await bench.probe(base, site));
    if (seen === undefined) return;
  }
  throw siteNotServed(site, `For ${WITHIN_MS / 1000} s the last answer was: ${seen}`);
}

/** What is wrong with the answers, as a sentence. */
function problemOf({ ping, page, why, bundle, bundlePath, socketio }: SiteProbe): string | undefined {
  if (ping === 0 || page === 0) return `The frontend does not answer${why === undefined ? '' : `: ${why}`}.`;
  if (ping !== 200) return `/api/method/ping has status ${ping}.`;
  if (page >= 400) return `/ has status ${page}.`;
  if (bundle !== undefined && bundle !== 200)
    return `The page names ${bundlePath}, which has status ${bundle}.`;
  if (socketio !== 200) return `/socket.io has status ${socketio}.`;
  return undefined;
}
