import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeLock, type Unlock } from '../disk/kernel-lock.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { lockNotTaken, siteLocked } from '../errors/lock-failures.ts';
import { notASite } from '../errors/site-failures.ts';
import { isSite, requireFolder } from '../site/find-site.ts';
import { describeHolder, readHolder, removeHolder, thisHolder, writeHolder } from './lock-holder.ts';
import { type LockName, siteFolder } from './site-folder.ts';
import type { Tools } from './tools.ts';

/** Says who holds the lock, for others to read. @param what as a person would type it: `archive 1.4.0` */
export type AnnounceHolder = (what: string) => Promise<void>;

/**
 * Runs a function while no other run holds a lock of the site. Another run is refused at once, or waits with `lockWaitSeconds`.
 * @throws DeBuildError `site-locked`, `site-not-found`, `not-a-site`, `lock-*`; the signal's reason when aborted
 */
export async function withSiteLock<Result>(
  { site, lock = 'records' }: { readonly site: string; readonly lock?: LockName },
  tools: Pick<Tools, 'environment' | 'signal' | 'emit' | 'now' | 'lockWaitSeconds'>,
  work: (announce: AnnounceHolder) => Promise<Result>,
): Promise<Result> {
  const place = await prepareLock(resolve(site), lock);
  const unlock = await waitForLock(place, tools);
  try {
    return await work((what) => writeHolder(place.holder, thisHolder(what, tools.now())));
  } finally {
    await removeHolder(place.holder);
    await unlock();
  }
}

interface LockPlace {
  readonly site: string;
  readonly lock: string;
  readonly holder: string;
}

async function prepareLock(site: string, name: LockName): Promise<LockPlace> {
  await requireFolder(site);
  // Nothing is created in a folder that is not a site.
  if (!(await isSite(site))) throw notASite(site);
  const folder = siteFolder(site);
  const { lock, holder } = folder.of(name);
  try {
    await folder.make();
    return { site, lock, holder };
  } catch (error) {
    throw asLockFailure(lock, error);
  }
}

async function waitForLock(
  place: LockPlace,
  tools: Pick<Tools, 'environment' | 'signal' | 'emit' | 'lockWaitSeconds'>,
): Promise<Unlock> {
  const { environment, signal, lockWaitSeconds: seconds } = tools;
  const take = async (timeoutMs: number) => {
    try {
      return await takeLock(place.lock, { environment, signal, timeoutMs });
    } catch (error) {
      throw signal.aborted ? error : asLockFailure(place.lock, error);
    }
  };
  const atOnce = await take(0);
  if (atOnce !== undefined) return atOnce;
  const late =
    seconds === 0 ? undefined : await reportingHolder(place, tools.emit, () => take(seconds * 1000));
  if (late !== undefined) return late;
  const holder = describeHolder(await readHolder(place.holder));
  throw siteLocked(place.site, { holder, waitedSeconds: seconds });
}

const POLL_MS = 1000;

/** While waiting, a notice says who holds the lock, each time that changes. */
async function reportingHolder<Result>(
  place: LockPlace,
  emit: Tools['emit'],
  wait: () => Promise<Result>,
): Promise<Result> {
  const over = new AbortController();
  const report = async () => {
    let last: string | undefined;
    while (!over.signal.aborted) {
      const text = `Waiting for another run on this site. ${describeHolder(await readHolder(place.holder))}`;
      if (text !== last) emit({ type: 'notice', level: 'info', text });
      last = text;
      await sleep(POLL_MS, undefined, { signal: over.signal }).catch(() => undefined);
    }
  };
  const reporting = report();
  try {
    return await wait();
  } finally {
    over.abort();
    await reporting;
  }
}

function asLockFailure(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  return isDeBuildError(error) || code === undefined ? error : lockNotTaken(path, code, error);
}
