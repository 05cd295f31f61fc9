import { createHmac, randomBytes, scrypt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SEARCH_VERSION } from '../../audit/leaks/search-version.ts';
import { writeWhole } from '../../disk/write-whole.ts';
import { ownFolder } from '../../flow/own-folder.ts';
import type { Secret } from '../../secrets/secret.ts';

/** Which layers were searched for the same secrets before and found clean, kept in `.de-build/`. It only saves time. */
export interface CleanLayers {
  /** By the digest of the unpacked layer. */
  has(digest: string): boolean;
  keep(digests: readonly string[]): Promise<void>;
}

interface Kept {
  readonly searchVersion: number;
  readonly salt: string;
  /** What the secrets were; another set of them, another text. */
  readonly secrets: string;
  readonly layers: readonly string[];
}

/** More layers than the last releases of a site have. */
const MOST_LAYERS = 2000;
const SALT_BYTES = 16;
const KEY_BYTES = 32;

export async function openCleanLayers(site: string, secrets: readonly Secret[]): Promise<CleanLayers> {
  const path = join(await ownFolder(site), 'clean-layers.json');
  const kept = await read(path);
  const salt = kept?.salt ?? randomBytes(SALT_BYTES).toString('hex');
  const name = await nameSecrets(secrets, salt);
  const isSame = kept?.searchVersion === SEARCH_VERSION && kept.secrets === name;
  const layers = new Set(isSame ? kept.layers : []);
  return {
    has: (digest) => layers.has(digest),
    async keep(digests) {
      for (const digest of digests) {
        layers.delete(digest);
        layers.add(digest);
      }
      const last = [...layers].slice(-MOST_LAYERS);
      const text: Kept = { searchVersion: SEARCH_VERSION, salt, secrets: name, layers: last };
      // A disk that takes no more is no reason to fail: the layers are searched again the next time.
      await writeWhole(path, JSON.stringify(text), { mode: 0o600 }).catch(() => undefined);
    },
  };
}

/**
 * Tells one set of secrets from another, and nothing else: all of them would have to be guessed together, and each guess
 * costs what scrypt costs.
 */
async function nameSecrets(secrets: readonly Secret[], salt: string): Promise<string> {
  const values = [...new Set(secrets.map((secret) => secret.reveal()))].sort();
  const key = (await promisify(scrypt)(JSON.stringify(values), salt, KEY_BYTES)) as Buffer;
  return createHmac('sha256', key).update('clean-layers').digest('hex');
}

async function read(path: string): Promise<Kept | undefined> {
  try {
    const kept = JSON.parse(await readFile(path, 'utf8'));
    return typeof kept.salt === 'string' && Array.isArray(kept.layers) ? kept : undefined;
  } catch {
    return undefined;
  }
}
