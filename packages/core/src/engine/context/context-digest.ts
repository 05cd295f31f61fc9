import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { ContentHashes } from './content-hashes.ts';
import type { ContextEntry } from './context-entry.ts';
import { readFileInPieces, readSmallFile, SMALL_FILE_BYTES } from './read-context-file.ts';

const PIECE_BYTES = 1024 * 1024;
const STRETCH_MS = 20;

/**
 * `sha256:…` over path, kind, permissions, size, link target and content of every entry, in their order: what the
 * image can depend on. Owner and times are left out, as the builder's own cache key leaves them out.
 * Contents are read only where `hashes` does not know them.
 * @throws DeBuildError `context-changed`, `context-unreadable`; the signal's reason
 */
export async function digestContext(
  entries: Iterable<ContextEntry>,
  hashes?: ContentHashes,
  signal?: AbortSignal,
): Promise<string> {
  const digest = createHash('sha256');
  let lines = '';
  let stretchEnds = performance.now() + STRETCH_MS;
  for (const entry of entries) {
    const content = hasContent(entry)
      ? (hashes?.get(entry) ?? (await hashContent(entry, hashes)))
      : undefined;
    lines += describe(entry, content);
    if (lines.length > PIECE_BYTES) {
      digest.update(lines);
      lines = '';
    }
    if (performance.now() < stretchEnds) continue;
    await setImmediate();
    signal?.throwIfAborted();
    stretchEnds = performance.now() + STRETCH_MS;
  }
  return `sha256:${digest.update(lines).digest('hex')}`;
}

/** The digest of entries, and how many of them are files. */
export async function summarizeContext(
  entries: readonly ContextEntry[],
  hashes: ContentHashes,
  signal?: AbortSignal,
): Promise<{ readonly digest: string; readonly files: number }> {
  const digest = await digestContext(entries, hashes, signal);
  return { digest, files: entries.filter(({ kind }) => kind === 'file').length };
}

/** A hard link's content is that of the name that came before. */
function hasContent(entry: ContextEntry): boolean {
  return entry.kind === 'file' && entry.hardLinkOf === undefined;
}

async function hashContent(entry: ContextEntry, hashes: ContentHashes | undefined): Promise<Buffer> {
  const hash = createHash('sha256');
  if (entry.size <= SMALL_FILE_BYTES) {
    hash.update(readSmallFile(entry));
  } else {
    for await (const piece of readFileInPieces(entry, PIECE_BYTES)) hash.update(piece);
  }
  const bytes = hash.digest();
  hashes?.set(entry, bytes);
  return bytes;
}

/** No name holds a NUL, so fields cannot run into each other. */
function describe(entry: ContextEntry, content: Buffer | undefined): string {
  const { kind, mode, size, path, linkTarget, hardLinkOf, deviceNumbers } = entry;
  const link = linkTarget ?? hardLinkOf ?? (deviceNumbers && `${deviceNumbers.major}:${deviceNumbers.minor}`);
  return `${kind}\0${(mode & 0o7777).toString(8)}\0${size}\0${path}\0${link ?? ''}\0${content?.toString('hex') ?? ''}\0`;
}
