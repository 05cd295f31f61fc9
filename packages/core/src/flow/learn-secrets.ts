import { readSources } from '../apps/site-sources.ts';
import type { Redactor } from '../secrets/redactor.ts';
import { readSite } from '../site/read-site.ts';

/**
 * Adds every secret of a site to a redactor, as every flow does itself. It never fails.
 * @param folder the site's
 */
export async function learnSecrets(folder: string, redactor: Redactor): Promise<void> {
  const site = await readSite(folder).catch(() => undefined);
  if (site === undefined) return;
  for (const secret of readSources(site, {}).secrets) redactor.add(secret);
}
