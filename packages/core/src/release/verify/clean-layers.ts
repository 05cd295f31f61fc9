import { createHmac, randomBytes, scrypt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Unread } from '../../audit/leaks/leak.ts';
import { SEARCH_SETTINGS } from '../../audit/leaks/search-version.ts';
import { writeWhole } from '../../disk/write-whole.ts';
import type { SiteFolder } from '../../flow/site-folder.ts';
import { parseJson } from '../../parse-json.ts';
import type { Secret } from '../../secrets/secret.ts';

/**
 * Layers that were searched for the same secrets before and in which nothing was found, with what is unread of them, kept in
 * `.de-build/`. It only saves time.
 */
export interface CleanLayers {
  /** @param digest of the unpacked layer @returns `undefined` when the layer must be searched */
  unreadOf(digest: string): Unread | undefined;
  keep(layers: ReadonlyMap<string, Unread>): Promise<void>;
}

const Kept = z.object({
  /** What else the result depends on. */
  search: z.string(),
  salt: z.string(),
  /** Identifies the set of secrets. */
  secrets: z.string(),
  /** The one that was searched last is the last. */
  layers: z.array(
    z.object({
      digest: z.string(),
      unread: z.array(z.object({ path: z.string(), inside: z.array(z.string()), why: z.string() })),
      unreadOmitted: z.number(),
    }),
  ),
});

/** More than the last releases of a site have. */
const MAXIMUM_LAYERS = 2000;
/** In all layers. A layer lists 500 at most. */
const MAXIMUM_UNREAD = 20_000;
const SALT_BYTES = 16;
const KEY_BYTES = 32;

export async function openCleanLayers(own: SiteFolder, secrets: readonly Secret[]): Promise<CleanLayers> {
  await own.make();
  const path = own.cleanLayers;
  const kept = await read(path);
  const salt = kept?.salt ?? randomBytes(SALT_BYTES).toString('hex');
  const name = await identifySecrets(secrets, salt);
  const isSame = kept?.search === SEARCH_SETTINGS && kept.secrets === name;
  const layers = new Map<string, Unread>();
  for (const { digest, ...unread } of isSame ? kept.layers : []) layers.set(digest, unread);
  return {
    unreadOf: (digest) => layers.get(digest),
    async keep(clean) {
      for (const [digest, unread] of clean) {
        layers.delete(digest);
        layers.set(digest, unread);
      }
      const text = { search: SEARCH_SETTINGS, salt, secrets: name, layers: lastOf(layers) };
      // If it can't be written, the layers are searched again next time.
      await writeWhole(path, JSON.stringify(text), { mode: 0o600 }).catch(() => undefined);
    },
  };
}

/** As many of the last as the file may hold. */
function lastOf(layers: ReadonlyMap<string, Unread>): readonly (Unread & { readonly digest: string })[] {
  let unreads = 0;
  return [...layers]
    .slice(-MAXIMUM_LAYERS)
    .reverse()
    .filter(([, { unread }]) => {
      unreads += unread.length;
      return unreads <= MAXIMUM_UNREAD;
    })
    .map(([digest, unread]) => ({ digest, ...unread }))
    .reverse();
}

/** Distinguishes sets of secrets and reveals nothing: all must be guessed together, and each guess costs one scrypt. */
async function identifySecrets(secrets: readonly Secret[], salt: string): Promise<string> {
  const values = [...new Set(secrets.map((secret) => secret.reveal()))].sort();
  const key = (await promisify(scrypt)(JSON.stringify(values), salt, KEY_BYTES)) as Buffer;
  return createHmac('sha256', key).update('clean-layers').digest('hex');
}

async function read(path: string): Promise<z.infer<typeof Kept> | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return Kept.safeParse(parseJson(text)).data;
}
