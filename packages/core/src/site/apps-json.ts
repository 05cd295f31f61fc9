import { z } from 'zod';
import {
  type AppFault,
  appDuplicate,
  appExtraKey,
  appFaulty,
  appMalformed,
  appsNotAList,
  appUrlUser,
} from '../errors/app-findings.ts';
import type { Finding } from '../errors/finding.ts';
import { holdsToken } from '../secrets/token-kinds.ts';
import { judgeBranch } from './app-branch.ts';
import { judgeUrl } from './app-url.ts';
import { type JsonNode, membersOf, nodeAt, toPlainValue } from './json-node.ts';
import { nearestName } from './nearest-name.ts';
import { type JsonReading, readJson } from './read-json.ts';
import { holdsLiteralToken } from './user-part.ts';

/** One entry of apps.json as written, placeholders in place. */
export interface AppEntry {
  /** 0-based position in the file. */
  readonly index: number;
  /** 1-based line of the entry's `{`. */
  readonly line: number;
  /** As written: may contain placeholders, and (an error) a literal token; never print it. */
  readonly url: string;
  /** What bench calls branch: a branch or a tag. `undefined` when the entry names none. */
  readonly branch: string | undefined;
  /** Keys that bench ignores; kept in the document that the build gets. */
  readonly extra: Readonly<Record<string, unknown>>;
  /** Set when a finding of severity `error` is about this entry: nothing is asked for it. */
  readonly isFaulty?: true;
}

export interface AppsReading {
  /** Every entry that has at least a URL. */
  readonly entries: readonly AppEntry[];
  /** `empty`: it lists no app; `unknown`: it could not be read. */
  readonly state: 'read' | 'empty' | 'missing' | 'unknown';
  readonly findings: readonly Finding[];
}

/** The schema of one entry: what bench reads of it. Other keys stay. bench reads `null` and `""` as no branch. */
export const appEntrySchema = z.looseObject({
  url: z.string().min(1).describe('Where the app is cloned from; may contain ${NAME} or {{ NAME }}.'),
  branch: z.string().nullish().describe('A branch or a tag; the default branch when left out.'),
});

const MAXIMUM_BYTES = 1024 * 1024;

/**
 * Reads apps.json, with a finding for everything that bench cannot take, or should not be given. Whether the site may be
 * without one is judged by `judgeApps`.
 */
export async function readApps(site: string, path: string): Promise<AppsReading> {
  const { root, isMissing, findings, at } = await readJson(site, path, MAXIMUM_BYTES);
  if (isMissing) return { entries: [], state: 'missing', findings };
  if (root === undefined) return { entries: [], state: 'unknown', findings };
  if (root.type !== 'array')
    return { entries: [], state: 'unknown', findings: [...findings, appsNotAList(at(root))] };
  const nodes = root.children ?? [];
  if (nodes.length === 0) return { entries: [], state: 'empty', findings };
  const parsed = parseEntries(nodes, at);
  return { entries: parsed.entries, state: 'read', findings: [...findings, ...parsed.findings] };
}

function parseEntries(nodes: readonly JsonNode[], at: JsonReading['at']): Omit<AppsReading, 'state'> {
  const entries: AppEntry[] = [];
  const findings: Finding[] = [];
  const seen = new Map<string, number>();
  for (const [index, node] of nodes.entries()) {
    const { entry, name, findings: found } = parseEntry(node, index, at);
    const earlier = name === undefined ? undefined : seen.get(name);
    if (name !== undefined && earlier !== undefined) found.push(appDuplicate(name, earlier, at(node)));
    if (name !== undefined) seen.set(name, at(node).line);
    findings.push(...found);
    const isFaulty = found.some(({ severity }) => severity === 'error');
    if (entry !== undefined) entries.push(isFaulty ? { ...entry, isFaulty } : entry);
  }
  return { entries, findings };
}

interface ParsedEntry {
  readonly entry?: AppEntry;
  readonly name?: string | undefined;
  readonly findings: Finding[];
}

function parseEntry(node: JsonNode, index: number, at: JsonReading['at']): ParsedEntry {
  const parsed = appEntrySchema.safeParse(toPlainValue(node));
  if (!parsed.success) {
    const key = parsed.error.issues[0]?.path[0] as 'url' | 'branch' | undefined;
    return { findings: [appMalformed(index + 1, key, at(nodeAt(node, key === undefined ? [] : [key])))] };
  }
  const { url, branch, ...extra } = parsed.data;
  const { name, fault, hasUserName } = judgeUrl(url);
  const subject = name ?? `Entry ${index + 1}`;
  const findings: Finding[] = [];
  const refuse = (key: 'url' | 'branch', fault: AppFault | undefined) => {
    if (fault !== undefined) findings.push(appFaulty(fault, subject, at(nodeAt(node, [key]))));
  };
  refuse('url', fault);
  if (holdsTokenSomewhere(node)) refuse('url', fault === 'token' ? undefined : 'token');
  else if (name === 'frappe' && fault === undefined) refuse('url', 'is-frappe');
  if (hasUserName === true && findings.length === 0)
    findings.push(appUrlUser(subject, at(nodeAt(node, ['url']))));
  if (branch) refuse('branch', judgeBranch(branch));
  for (const { key, keyOffset } of membersOf(node)) {
    if (key === 'url' || key === 'branch') continue;
    const isShown = /^[\w.-]{1,40}$/.test(key) && !holdsToken(key);
    const nearest = nearestName(key, ['url', 'branch']);
    findings.push(appExtraKey(subject, { key: isShown ? key : undefined, nearest }, at(keyOffset)));
  }
  const entry = { index, line: at(node).line, url, branch: branch || undefined, extra };
  return { entry, name, findings };
}

/** Keys count too. */
function holdsTokenSomewhere({ children, value }: JsonNode): boolean {
  return children?.some(holdsTokenSomewhere) ?? (typeof value === 'string' && holdsLiteralToken(value));
}
