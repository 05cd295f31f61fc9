import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { connectEngine, type Engine } from '@de-build/core';
import type { ExampleSite } from '@de-build/testbed';

export async function withClient<T>(
  engine: { readonly host: string },
  action: (client: Engine) => Promise<T>,
): Promise<T> {
  const client = await connectEngine({ environment: {}, host: engine.host });
  try {
    return await action(client);
  } finally {
    await client.close();
  }
}

/** Tag → image id, of the images that an engine has of a site. */
export async function tagsOf(
  engine: { readonly host: string },
  site: ExampleSite,
): Promise<Record<string, string>> {
  const images = await withClient(engine, (client) => client.images.list(site.image));
  return Object.fromEntries(images.map(({ tag, id }) => [tag, id]));
}

export async function recordsOf(site: ExampleSite): Promise<readonly string[]> {
  const files = await readdir(join(site.folder, 'build-manifests')).catch(() => []);
  return files.filter((file) => file !== '.gitkeep').sort();
}
