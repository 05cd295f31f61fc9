import { z } from 'zod';
import type { Finding } from '../errors/finding.ts';
import { judgeBranch } from './app-branch.ts';
import {
  appDuplicate,
  appsEmpty,
  appsMissing,
  appsNotAList,
  describeComplaint,
  entryMalformed,
  findUnknownKeys,
} from './app-findings.ts';
import { type Complaint, FRAPPE, holdsLiteralToken, judgeUrl, TOKEN } from './app-url.ts';
import { type JsonNode, type JsonObject, placeOf, toPlainValue } from './json-node.ts';
import { readJson } from './read-json.ts';

/** One entry of apps.json as it is written, placeholders in place. */
export interface AppEntry {
  /** 0-based position in the file. */
  readonly index: number;
  /** 1-based line of the entry's `{`. */
  readonly line: number;
  /** As written: may hold placeholders, and (an error) a literal token; never print it. */
  readonly url: string;
  /** What bench calls branch: a branch or a tag. `undefined` when the entry names none. */
  readonly branch: string | undefined;
  /** Keys that bench ignores; kept in the document that the build gets. */
  readonly extra: Readonly<Record<string, unknown>>;
  /** Set when a finding of severity `error` is about this entry. */
  readonly isFaulty?: true;
}

export interface AppsReading {
  /** Every entry that has at least a URL. */
  readonly entries: readonly AppEntry[];
  readonly findings: readonly Finding[];
}

/** The schema of one entry: what bench reads of it. Other keys stay. bench takes `null` and `""` for no branch. */
export const appEntrySchema = z.looseObject({
  url: z.string().min(1).describe('Where the app is cloned from; may hold ${NAME} or {{ NAME }}.'),
  branch: z.string().nullish().describe('A branch or a tag; the default branch when left out.'),
});

const MAXIMUM_BYTES = 1024 * 1024;

/** Reads apps.json, with a finding for everything that bench cannot take, or should not be given. */
export async function readApps(site: string, path: string): Promise<AppsReading> {
  const { document, isMissing, findings } = await readJson(site, path, MAXIMUM_BYTES);
  if (isMissing) return { entries: [], findings: [appsMissing(path)] };
  if (document?.root === undefined) return { entries: [], findings };
  const judged = judgeApps(document.text, document.root, path);
  return { entries: judged.entries, findings: [...findings, ...judged.findings] };
}

function judgeApps(text: string, root: JsonNode, path: string): AppsReading {
  if (root.kind !== 'array')
    return { entries: [], findings: [appsNotAList(path, placeOf(text, root.offset))] };
  if (root.items.length === 0) return { entries: [], findings: [appsEmpty(path)] };
  const entries: AppEntry[] = [];
  const findings: Finding[] = [];
  const seen = new Map<string, number>();
  for (const [index, node] of root.items.entries()) {
    const judged = judgeEntry({ text, node, index, path });
    const found = [...judged.findings];
    const { name, entry } = judged;
    const earlier = name === undefined ? undefined : seen.get(name);
    if (name !== undefined && earlier !== undefined) {
      found.push(appDuplicate({ path, shown: name }, placeOf(text, node.offset), earlier));
    }
    if (name !== undefined && entry !== undefined) seen.set(name, entry.line);
    findings.push(...found);
    const isFaulty = found.some((finding) => finding.severity === 'error');
    if (entry !== undefined) entries.push(isFaulty ? { ...entry, isFaulty } : entry);
  }
  return { entries, findings };
}

interface Written {
  readonly text: string;
  readonly node: JsonNode;
  readonly index: number;
  readonly path: string;
}

interface JudgedEntry {
  readonly entry: AppEntry | undefined;
  readonly name: string | undefined;
  readonly findings: readonly Finding[];
}

function judgeEntry({ text, node, index, path }: Written): JudgedEntry {
  const place = placeOf(text, node.offset);
  const parsed = appEntrySchema.safeParse(toPlainValue(node));
  if (node.kind !== 'object' || !parsed.success) {
    const key = parsed.error?.issues[0]?.path[0];
    const at = node.kind === 'object' ? placeOf(text, offsetOf(node, key) ?? node.offset) : place;
    return { entry: undefined, name: undefined, findings: [entryMalformed(path, at, { index, key })] };
  }
  const { url, branch, ...extra } = parsed.data;
  const judged = judgeUrl(url);
  const complaints: [string, Complaint | undefined][] = [['url', judged.complaint]];
  if (holdsTokenSomewhere(node) && judged.complaint?.id !== 'token-literal') complaints.push(['url', TOKEN]);
  else if (judged.name === 'frappe' && judged.complaint === undefined) complaints.push(['url', FRAPPE]);
  if (typeof branch === 'string' && branch !== '') complaints.push(['branch', judgeBranch(branch)]);
  const subject = { path, shown: judged.name ?? `Entry ${index + 1}` };
  const findings = complaints.flatMap(([key, complaint]) =>
    complaint === undefined
      ? []
      : [describeComplaint(complaint, subject, placeOf(text, offsetOf(node, key) ?? node.offset))],
  );
  findings.push(...findUnknownKeys(text, node, subject));
  return {
    entry: { index, line: place.line, url, branch: branch === '' ? undefined : (branch ?? undefined), extra },
    name: judged.name,
    findings,
  };
}

function offsetOf(node: JsonObject, key: PropertyKey | undefined): number | undefined {
  return node.members.find((member) => member.key === key)?.value.offset;
}

function holdsTokenSomewhere(node: JsonNode): boolean {
  if (node.kind === 'array') return node.items.some(holdsTokenSomewhere);
  if (node.kind === 'object') {
    return node.members.some(({ key, value }) => holdsLiteralToken(key) || holdsTokenSomewhere(value));
  }
  return typeof node.value === 'string' && holdsLiteralToken(node.value);
}
