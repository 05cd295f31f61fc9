import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalGit } from './local-git.ts';
import type { MirrorApp } from './mirror.ts';
import { pinnedObject, pinnedRef } from './mirror-repository.ts';

/** `damaged`: something of it is there, and something of that is missing or is not what it was. */
export type PinState = 'whole' | 'absent' | 'damaged';

/**
 * Whether the repository can serve the app's commit: its name is there, every object that it needs is, and the packs
 * match their checksums. Takes no lock and changes nothing. Reads every pack once, which is faster than any clone.
 */
export async function checkPin(
  git: LocalGit,
  repository: string,
  { app, signal }: { readonly app: MirrorApp; readonly signal: AbortSignal | undefined },
): Promise<PinState> {
  const isThere = await stat(repository).then(
    () => true,
    () => false,
  );
  if (!isThere) return 'absent';
  const named = await git.ask(repository, ['rev-parse', '--verify', '--quiet', pinnedRef(app)], signal);
  if (named?.trim() !== pinnedObject(app)) return (await isReadable(git, repository)) ? 'absent' : 'damaged';
  if (!(await isListedShallow(repository, app.commit))) return 'absent';
  const isConnected = await canWalk(git, repository, { object: pinnedObject(app), signal });
  return isConnected && (await findDamagedPacks(repository)).length === 0 ? 'whole' : 'damaged';
}

/** All objects below one are there; commits and trees are read, of the rest only that they exist. */
export async function canWalk(
  git: LocalGit,
  repository: string,
  { object, signal }: { readonly object: string; readonly signal?: AbortSignal | undefined },
): Promise<boolean> {
  return (await git.ask(repository, ['rev-list', '--objects', '--quiet', object], signal)) !== undefined;
}

/** The names (without ending) of packs whose files do not match the checksum they end with, or that lack one. */
export async function findDamagedPacks(repository: string): Promise<string[]> {
  const folder = join(repository, 'objects', 'pack');
  const files = (await readdir(folder).catch(() => [])).filter((name) =>
    /^pack-[0-9a-f]+\.(?:pack|rev|idx)$/.test(name),
  );
  const damaged = new Set<string>();
  for (const file of files) {
    const name = file.replace(/\.\w+$/, '');
    if (damaged.has(name)) continue;
    // A pack without an index is what a killed run leaves; git does not see it.
    if (file.endsWith('.idx') && !files.includes(`${name}.pack`)) damaged.add(name);
    else if (!(await endsWithItsChecksum(join(folder, file), name))) damaged.add(name);
  }
  return [...damaged];
}

/** Packs, indexes and reverse indexes end with the hash of all that precedes (gitformat-pack(5)). */
async function endsWithItsChecksum(path: string, name: string): Promise<boolean> {
  const hash = name.length - 'pack-'.length === 64 ? 'sha256' : 'sha1';
  const length = hash === 'sha256' ? 32 : 20;
  try {
    const { size } = await stat(path);
    if (size <= length) return false;
    const digest = createHash(hash);
    let tail = Buffer.alloc(0);
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
      const bytes = tail.length === 0 ? (chunk as Buffer) : Buffer.concat([tail, chunk as Buffer]);
      const end = Math.max(0, bytes.length - length);
      digest.update(bytes.subarray(0, end));
      tail = Buffer.from(bytes.subarray(end));
    }
    return digest.digest().equals(tail);
  } catch {
    return false;
  }
}

async function isListedShallow(repository: string, commit: string): Promise<boolean> {
  const text = await readFile(join(repository, 'shallow'), 'latin1').catch(() => '');
  return text.split('\n').includes(commit);
}

async function isReadable(git: LocalGit, repository: string): Promise<boolean> {
  return (await git.ask(repository, ['for-each-ref', '--count=1'])) !== undefined;
}
