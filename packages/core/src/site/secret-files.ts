import type { Finding } from '../errors/finding.ts';
import { readText } from './read-text.ts';
import type { SiteConfig } from './site-config.ts';

/** As `docker build --secret` has it. */
const MAXIMUM_BYTES = 500 * 1024;

export interface SecretFiles {
  /** Content by the secret's id. */
  readonly files: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
}

/** Reads the files that `secrets` of de-build.json names. */
export async function readSecretFiles(site: string, { secrets }: SiteConfig): Promise<SecretFiles> {
  const files = new Map<string, string>();
  const findings: Finding[] = [];
  for (const [id, source] of Object.entries(secrets)) {
    if (!('file' in source)) continue;
    const file = await readText(site, source.file, MAXIMUM_BYTES);
    if (file.state === 'read') files.set(id, file.text);
    else if (file.state === 'unusable') findings.push(file.finding);
  }
  return { files, findings };
}
