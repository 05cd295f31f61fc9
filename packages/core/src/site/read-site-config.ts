import type { z } from 'zod';
import { configInvalid, configUnknownKey } from '../errors/config-findings.ts';
import type { Finding } from '../errors/finding.ts';
import { membersOf, nodeAt, toPlainValue } from './json-node.ts';
import { nearestName } from './nearest-name.ts';
import { readJson } from './read-json.ts';
import { defaultSiteConfig, type SiteConfig, siteConfigSchema } from './site-config.ts';

export const SITE_CONFIG_FILE = 'de-build.json';
const MAXIMUM_BYTES = 256 * 1024;

export interface SiteConfigReading {
  readonly config: SiteConfig;
  readonly findings: readonly Finding[];
  /** Settings that are written, right or wrong. */
  readonly written: ReadonlySet<string>;
  /** Settings that have their defaults because what was written is wrong: nothing may be said of what they name. */
  readonly unknown: ReadonlySet<keyof SiteConfig>;
}

/**
 * Reads `de-build.json`; without one, every default applies. A wrong key is a finding with its place, and
 * has its default in the result, so that the other checks can still run.
 */
export async function readSiteConfig(site: string): Promise<SiteConfigReading> {
  const { root, findings, at } = await readJson(site, SITE_CONFIG_FILE, MAXIMUM_BYTES);
  const isBroken = findings.some(({ severity }) => severity === 'error');
  const unknown: readonly (keyof SiteConfig)[] = isBroken ? ['image'] : [];
  if (root === undefined)
    return { config: defaultSiteConfig(), findings, written: new Set(), unknown: new Set(unknown) };
  const result = siteConfigSchema.safeParse(toPlainValue(root));
  const members = membersOf(root);
  const written = new Set(members.map(({ key }) => key));
  if (result.success) return { config: result.data, findings, written, unknown: new Set(unknown) };

  const found = result.error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys')
      return configInvalid(issue.path.map(String).join('.'), reasonOf(issue), at(nodeAt(root, issue.path)));
    return issue.keys.map((key) => {
      const offset = members.find((member) => member.key === key)?.keyOffset ?? root.offset;
      return configUnknownKey(key, nearestName(key, Object.keys(siteConfigSchema.shape)), at(offset));
    });
  });
  const bad = new Set(result.error.issues.flatMap(topLevelKeys));
  const good = members.filter(({ key }) => !bad.has(key));
  const config = siteConfigSchema.parse(
    Object.fromEntries(good.map(({ key, value }) => [key, toPlainValue(value)])),
  );
  const wrong = Object.keys(siteConfigSchema.shape).filter((key) => bad.has(key)) as (keyof SiteConfig)[];
  return { config, findings: [...findings, ...found], written, unknown: new Set([...unknown, ...wrong]) };
}

function topLevelKeys(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys' && issue.path.length === 0) return issue.keys;
  return issue.path.slice(0, 1).map(String);
}

/** Our own messages begin with a verb and are used unchanged; zod's begin with a capital. */
function reasonOf(issue: z.core.$ZodIssue): string {
  if (/^[a-z]/.test(issue.message)) return issue.message;
  if (issue.code === 'invalid_type') return `is not of the type ${issue.expected}`;
  if (issue.code === 'too_small') return `is less than ${issue.minimum}`;
  if (issue.code === 'too_big') return `is more than ${issue.maximum}`;
  if (issue.code === 'invalid_value') return `is not one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_key')
    return issue.issues[0]?.message.startsWith('is ') === true
      ? issue.issues[0].message
      : 'is not a valid name of a build arg';
  return 'does not have the required form';
}
