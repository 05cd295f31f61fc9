import { readSources } from '../apps/site-sources.ts';
import type { Environment } from '../process/environment.ts';
import type { Redactor } from '../secrets/redactor.ts';
import { readSite } from '../site/read-site.ts';

/**
 * Adds every secret of a site to a redactor, as every flow does itself. It never fails.
 * @param folder the site's
 * @param environment what may set keys of a site without an env file
 */
export async function learnSecrets(
  folder: string,
  redactor: Redactor,
  environment: Environment = {},
): Promise<void> {
  const site = await readSite(folder, environment).catch(() => undefined);
  if (site === undefined) return;
  for (const secret of readSources(site, {}).secrets) redactor.add(secret);
}
