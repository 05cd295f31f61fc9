import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createWhole, writeWhole } from '../disk/write-whole.ts';
import { mirrorNotWritten } from '../errors/mirror-failures.ts';
import { Secret } from '../secrets/secret.ts';

/**
 * The site's own key: 128 random bits as 32 hexadecimal digits in `site-key` (0600), made when there is none. A builder
 * keeps what a build sent under it, so it stays the same as long as nobody else could read it; a key that is damaged or
 * was readable by others is replaced.
 * @param folder the site's `.de-build`
 * @throws DeBuildError `mirror-not-written`
 */
export async function readSiteKey(folder: string): Promise<Secret> {
  const path = join(folder, 'site-key');
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const existing = await readKey(path);
    if (existing?.isGood === true) return asSecret(existing.key);
    const key = randomBytes(16).toString('hex');
    if (existing !== undefined) {
      await writeWhole(path, `${key}\n`, { mode: 0o600 });
      return asSecret(key);
    }
    // Of several releases that start at once, one makes the key and all use it.
    if ((await createWhole(path, `${key}\n`, { mode: 0o600 })) === 'created') return asSecret(key);
    return asSecret((await readKey(path))?.key ?? key);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === undefined ? error : mirrorNotWritten(path, { reason: code, cause: error });
  }
}

async function readKey(path: string): Promise<{ key: string; isGood: boolean } | undefined> {
  try {
    const info = await lstat(path);
    const key = (await readFile(path, 'latin1')).trim();
    return { key, isGood: info.isFile() && (info.mode & 0o077) === 0 && /^[0-9a-f]{32}$/.test(key) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function asSecret(key: string): Secret {
  return new Secret('the site key', key);
}
