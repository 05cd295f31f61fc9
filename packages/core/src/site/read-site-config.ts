import type { z } from 'zod';
import type { Finding } from '../errors/finding.ts';
import type { JsonDocument } from './json-document.ts';
import { type JsonNode, nodeAt, placeOf, toPlainValue } from './json-node.ts';
import { nearestName } from './nearest-name.ts';
import { readJson } from './read-json.ts';
import { defaultSiteConfig, type SiteConfig, siteConfigSchema } from './site-config.ts';

export const SITE_CONFIG_FILE = 'de-build.json';
const MAXIMUM_BYTES = 256 * 1024;

/**
 * Reads `de-build.json`; without one, every default holds. A key that is wrong is a finding with its place, and
 * has its default in the result, so that the other checks can still be made.
 */
export async function readSiteConfig(
  site: string,
): Promise<{ readonly config: SiteConfig; readonly findings: readonly Finding[] }> {
  const read = await readJson(site, SITE_CONFIG_FILE, MAXIMUM_BYTES);
  const { document } = read;
  if (document?.root === undefined) return { config: defaultSiteConfig(), findings: read.findings };
  const judged = judgeConfig(document, document.root);
  return { config: judged.config, findings: [...read.findings, ...judged.findings] };
}

function judgeConfig(document: JsonDocument, root: JsonNode): { config: SiteConfig; findings: Finding[] } {
  const value = toPlainValue(root);
  const result = siteConfigSchema.safeParse(value);
  if (result.success) return { config: result.data, findings: [] };
  const findings = result.error.issues.flatMap((issue) => describeIssue(issue, document, root));
  const bad = new Set(result.error.issues.flatMap(topLevelKeys));
  const good = Object.entries(root.kind === 'object' ? (value as object) : {}).filter(
    ([key]) => !bad.has(key),
  );
  return { config: siteConfigSchema.parse(Object.fromEntries(good)), findings };
}

function topLevelKeys(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys' && issue.path.length === 0) return issue.keys;
  return issue.path.slice(0, 1).map(String);
}

function describeIssue(issue: z.core.$ZodIssue, document: JsonDocument, root: JsonNode): Finding[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(key, document, root));
  }
  const name = issue.path.map(String).join('.');
  return [
    {
      id: 'config-invalid',
      severity: 'error',
      what:
        name === ''
          ? `${SITE_CONFIG_FILE} is not an object.`
          : `${name} in ${SITE_CONFIG_FILE} cannot be used.`,
      why: `It ${reasonOf(issue)}.`,
      fix:
        name === ''
          ? 'Write one object: `{ … }`.'
          : `Correct it, or remove the key to have its default; the schema of ${SITE_CONFIG_FILE} describes every key.`,
      file: SITE_CONFIG_FILE,
      ...placeOf(document.text, nodeAt(root, issue.path).offset),
      ...(name === '' ? {} : { subject: name }),
    },
  ];
}

/** Our own messages begin with a verb and are taken as they are; zod's begin with a capital. */
function reasonOf(issue: z.core.$ZodIssue): string {
  if (/^[a-z]/.test(issue.message)) return issue.message;
  if (issue.code === 'invalid_type') return `is not of the type ${issue.expected}`;
  if (issue.code === 'too_small') return `is less than ${issue.minimum}`;
  if (issue.code === 'too_big') return `is more than ${issue.maximum}`;
  if (issue.code === 'invalid_value') return `is none of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_key') return 'is no name that a build arg can have';
  return 'does not have the form that is asked for';
}

function unknownKey(key: string, document: JsonDocument, root: JsonNode): Finding {
  const nearest = nearestName(key, Object.keys(siteConfigSchema.shape));
  const member = root.kind === 'object' ? root.members.find((each) => each.key === key) : undefined;
  return {
    id: 'config-unknown-key',
    severity: 'error',
    what: `${SITE_CONFIG_FILE} has a key \`${key}\` that de-build does not know.`,
    why: 'A setting that is not known would silently do nothing.',
    fix:
      nearest === undefined ? 'Remove the key.' : `Write \`${nearest}\` if that is meant, or remove the key.`,
    file: SITE_CONFIG_FILE,
    ...placeOf(document.text, member?.keyOffset ?? root.offset),
    subject: key,
  };
}
