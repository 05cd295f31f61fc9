import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeLock, type Unlock } from '../disk/kernel-lock.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { lockNotTaken, siteLocked } from '../errors/lock-failures.ts';
import { siteNotFound } from '../errors/site-failures.ts';
import { describeHolder, readHolder, removeHolder, thisHolder, writeHolder } from './lock-holder.ts';
import { ownFolder } from './own-folder.ts';
import type { Tools } from './tools.ts';

/** What a run that changes a site says of itself. */
export interface SiteWork {
  /** The site's folder. */
  readonly site: string;
  /** As one would call it: `release 1.4.0`. */
  readonly what: string;
  /** Nothing is changed, so no lock is taken. */
  readonly dryRun?: boolean | undefined;
}

/**
 * Does what changes a site's records, tags or `.env`, while no other run does. Who comes meanwhile is refused, or waits if
 * it was told to. The lock is let go of when `work` has ended, and by the kernel when this process has.
 * @throws DeBuildError `site-locked`, `site-not-found`, `lock-*`; the signal's reason when aborted
 */
export async function withSiteLock<Result>(
  { site, what, dryRun }: SiteWork,
  tools: Pick<Tools, 'environment' | 'redactor' | 'signal' | 'emit' | 'now' | 'lockWaitSeconds'>,
  work: () => Promise<Result>,
): Promise<Result> {
  if (dryRun === true) return work();
  const place = await placeOfLock(site);
  const unlock = await waitForLock(place, tools);
  try {
    await writeHolder(place.holder, thisHolder(tools.redactor.redact(what), tools.now()));
    return await work();
  } finally {
    await removeHolder(place.holder);
    await unlock();
  }
}

interface PlaceOfLock {
  readonly site: string;
  readonly lock: string;
  readonly holder: string;
}

async function placeOfLock(site: string): Promise<PlaceOfLock> {
  const folder = resolve(site);
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw siteNotFound(folder);
  try {
    const own = await ownFolder(folder);
    return { site: folder, lock: join(own, 'lock'), holder: join(own, 'lock.json') };
  } catch (error) {
    throw notTaken(join(folder, '.de-build', 'lock'), error);
  }
}

/** A lock that is free is taken in a few milliseconds; whoever is refused at once has been given this time. */
const AT_ONCE_MS = 300;

async function waitForLock(
  place: PlaceOfLock,
  tools: Pick<Tools, 'environment' | 'signal' | 'emit' | 'lockWaitSeconds'>,
): Promise<Unlock> {
  const { environment, signal, lockWaitSeconds: seconds } = tools;
  const take = async (timeoutMs: number) => {
    try {
      return await takeLock(place.lock, { environment, signal, timeoutMs });
    } catch (error) {
      throw signal.aborted ? error : notTaken(place.lock, error);
    }
  };
  const atOnce = await take(AT_ONCE_MS);
  if (atOnce !== undefined) return atOnce;
  const late =
    seconds === 0 ? undefined : await tellingOfHolder(place, tools.emit, () => take(seconds * 1000));
  if (late !== undefined) return late;
  const holder = describeHolder(await readHolder(place.holder));
  throw siteLocked(place.site, { holder, waitedSeconds: seconds });
}

/** How often it is looked whether somebody else has it by now. */
const LOOK_MS = 1000;

async function tellingOfHolder<Result>(
  place: PlaceOfLock,
  emit: Tools['emit'],
  wait: () => Promise<Result>,
): Promise<Result> {
  const over = new AbortController();
  const tell = async () => {
    let told: string | undefined;
    while (!over.signal.aborted) {
      const holder = await readHolder(place.holder);
      const text = `Waiting for another run at work on this site. ${describeHolder(holder)}`;
      if (text !== told) emit({ type: 'notice', level: 'info', text });
      told = text;
      await sleep(LOOK_MS, undefined, { signal: over.signal }).catch(() => undefined);
    }
  };
  const telling = tell();
  try {
    return await wait();
  } finally {
    over.abort();
    await telling;
  }
}

function notTaken(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  return isDeBuildError(error) || code === undefined ? error : lockNotTaken(path, code, error);
}
