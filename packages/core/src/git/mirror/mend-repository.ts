import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import type { Finding } from '../../errors/finding.ts';
import { mirrorCorrupt, mirrorMended } from '../../errors/mirror-failures.ts';
import { canWalk, findDamagedPacks } from './check-pin.ts';
import { type Download, pinName, withDownload, withIncoming } from './download-pin.ts';
import { dropPins, listPins, movePacks, pinnedObject, pinnedRef, publishPin } from './mirror-repository.ts';

/**
 * Makes a damaged repository whole: the app's commit is copied from what can still be read of it, or else fetched; so
 * are the other pins, without the network; then the damaged packs go. Nothing is removed before the app's commit is
 * safe. Only under the lock.
 * @throws DeBuildError `mirror-corrupt` when no whole copy could be had.
 */
export async function mendRepository(download: Download): Promise<Finding> {
  const { git, repository, app } = download;
  const damaged = await findDamagedPacks(repository);
  await withIncoming(download, { borrows: false }, async (rescue) => {
    const isRescued = await copyPin(download, rescue, { ref: pinnedRef(app), object: pinnedObject(app) });
    for (const pin of await listPins(git, repository))
      if (pin.commit !== app.commit) await copyPin(download, rescue, pin);
    if (isRescued) await replaceDamaged(download, { rescue, damaged });
    else await fetchAfresh(download, { rescue, damaged });
  });

  const lost: string[] = [];
  for (const pin of await listPins(git, repository))
    if (!(await canWalk(git, repository, { object: pin.object }))) lost.push(pin.commit);
  await dropPins(git, repository, [...new Set(lost)]);
  return mirrorMended(pinName(app), [...new Set(lost)]);
}

interface Replacement {
  readonly rescue: string;
  readonly damaged: readonly string[];
}

async function fetchAfresh(download: Download, replacement: Replacement): Promise<void> {
  try {
    await withDownload(download, { borrows: false }, async (incoming) => {
      await movePacks(incoming, replacement.rescue);
      await replaceDamaged(download, replacement);
    });
  } catch (error) {
    if (!isDeBuildError(error) || download.settings.signal?.aborted === true) throw error;
    throw mirrorCorrupt(pinName(download.app), error);
  }
}

/** Every object that goes over is hashed anew by the receiving git, so that no damage does. */
async function copyPin(
  { git, repository, settings }: Download,
  rescue: string,
  pin: { readonly ref: string; readonly object: string },
): Promise<boolean> {
  const args = ['-c', 'gc.auto=0', '-c', 'fetch.unpackLimit=1', 'fetch', '--quiet', '--force', '--no-tags'];
  const from = [`file://${repository}`, `${pin.ref}:refs/de-build/${pin.object}`];
  const copied = await git.ask(rescue, [...args, '--depth=1', '--', ...from], settings.signal);
  return copied !== undefined;
}

/** What is whole comes before what is damaged goes: a pack that was copied may even bear the name of the old one. */
async function replaceDamaged(
  { git, repository, app }: Download,
  { rescue, damaged }: Replacement,
): Promise<void> {
  const copied = await readdir(join(rescue, 'objects', 'pack'));
  await publishPin(git, repository, { incoming: rescue, app });
  for (const name of damaged) {
    const old = ['idx', 'rev', 'pack'].map((ending) => `${name}.${ending}`);
    for (const file of old.filter((file) => !copied.includes(file)))
      await rm(join(repository, 'objects', 'pack', file), { force: true });
  }
}
