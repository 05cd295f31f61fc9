import { createHmac, randomBytes, scrypt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { SEARCH_VERSION } from '../../audit/leaks/search-version.ts';
import { writeWhole } from '../../disk/write-whole.ts';
import type { SiteFolder } from '../../flow/site-folder.ts';
import type { Secret } from '../../secrets/secret.ts';

/** Layers that were searched for the same secrets before and found clean, kept in `.de-build/`. It only saves time. */
export interface CleanLayers {
  /** By the digest of the unpacked layer. */
  has(digest: string): boolean;
  keep(digests: readonly string[]): Promise<void>;
}

interface Kept {
  readonly searchVersion: number;
  readonly salt: string;
  /** Identifies the set of secrets. */
  readonly secrets: string;
  readonly layers: readonly string[];
}

/** More than the last releases of a site have. */
const MAXIMUM_LAYERS = 2000;
const SALT_BYTES = 16;
const KEY_BYTES = 32;

export async function openCleanLayers(own: SiteFolder, secrets: readonly Secret[]): Promise<CleanLayers> {
  await own.make();
  const path = own.cleanLayers;
  const kept = await read(path);
  const salt = kept?.salt ?? randomBytes(SALT_BYTES).toString('hex');
  const name = await identifySecrets(secrets, salt);
  const isSame = kept?.searchVersion === SEARCH_VERSION && kept.secrets === name;
  const layers = new Set(isSame ? kept.layers : []);
  return {
    has: (digest) => layers.has(digest),
    async keep(digests) {
      for (const digest of digests) {
        layers.delete(digest);
        layers.add(digest);
      }
      const last = [...layers].slice(-MAXIMUM_LAYERS);
      const text: Kept = { searchVersion: SEARCH_VERSION, salt, secrets: name, layers: last };
      // If it can't be written, the layers are searched again next time.
      await writeWhole(path, JSON.stringify(text), { mode: 0o600 }).catch(() => undefined);
    },
  };
}

/** Distinguishes sets of secrets and reveals nothing: all must be guessed together, and each guess costs one scrypt. */
async function identifySecrets(secrets: readonly Secret[], salt: string): Promise<string> {
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
