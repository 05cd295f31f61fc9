import type { Finding } from '../../errors/finding.ts';
import { variantLacks } from '../../errors/variant-findings.ts';
import type { OpenSite } from '../../flow/open-site.ts';
import { findGaps } from '../../site/variants/variant.ts';
import type { CheckOutcome } from './check.ts';

/** Whether files for several places, such as `compose.prod.yaml` and `compose.local.yaml`, have the same. */
export async function checkVariants({
  folder,
  config,
}: Pick<OpenSite, 'folder' | 'config'>): Promise<CheckOutcome<never>> {
  // A parser of YAML, for those that have variants.
  const { readVariants } = await import('../../site/variants/read-variants.ts');
  const groups = await readVariants(folder, config.containerfile);
  if (groups.length === 0) return { findings: [], summary: 'none' };
  const findings: Finding[] = groups.flatMap(findGaps).map(variantLacks);
  const files = groups.flat().map(({ path }) => path);
  return { findings, summary: files.join(', ') };
}
