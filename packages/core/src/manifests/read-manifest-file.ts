import { readFileSync } from 'node:fs';
import type { ZodError } from 'zod';
import { jsonFaulty } from '../errors/file-findings.ts';
import type { Finding } from '../errors/finding.ts';
import {
  manifestBroken,
  manifestInvalid,
  manifestMisnamed,
  manifestTooNew,
  manifestUnreadableFile,
} from '../errors/manifest-findings.ts';
import { parseJsonDocument } from '../site/json-document.ts';
import { nodeAt } from '../site/json-node.ts';
import { placeOf } from '../site/text-place.ts';
import { type Manifest, manifestSchema } from './manifest.ts';

export type ManifestReading =
  | { readonly manifest: Manifest; readonly problem?: undefined }
  | { readonly manifest?: undefined; readonly problem: Finding };

export interface ManifestFile {
  readonly path: string;
  /** Its name in findings. */
  readonly label: string;
  /** The version in its name; its content must agree. */
  readonly version: string;
}

/** Reads one record; a problem becomes a finding with its place. */
export function readManifestFile(file: ManifestFile): ManifestReading {
  let text: string;
  try {
    text = readFileSync(file.path, 'utf8');
  } catch (error) {
    return { problem: manifestUnreadableFile(file.label, error) };
  }
  return parseManifest(text, file);
}

/** `JSON.parse` is fast; only a malformed text is parsed again, for the place of the problem. */
export function parseManifest(text: string, file: ManifestFile): ManifestReading {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: describeSyntax(text, file.label) };
  }
  const newer = newerSchema(value);
  if (newer !== undefined) return { problem: manifestTooNew(file.label, newer) };
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) return { problem: describeShape(text, file.label, parsed.error) };
  const manifest: Manifest = parsed.data;
  if (manifest.siteVersion !== file.version) {
    const { line } = placeOfPath(text, ['siteVersion']);
    return { problem: manifestMisnamed(file.label, manifest.siteVersion, line) };
  }
  return { manifest };
}

function newerSchema(value: unknown): number | undefined {
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion;
  return typeof version === 'number' && version > 1 ? version : undefined;
}

function describeSyntax(text: string, label: string): Finding {
  const [{ fault, offset } = { fault: 'value', offset: 0 } as const] = parseJsonDocument(text, 1000).problems;
  const place = placeOf(text, offset);
  return manifestBroken(label, { why: jsonFaulty(fault, { file: label }).why, ...place });
}

function describeShape(text: string, label: string, error: ZodError): Finding {
  const issue = error.issues[0];
  const path = issue?.path ?? [];
  const key = path.length === 0 ? 'The document' : `\`${path.join('.')}\``;
  return manifestInvalid(label, {
    why: `${key}: ${(issue?.message ?? 'is invalid').replace(/\.?$/, '.')}`,
    ...placeOfPath(text, path),
  });
}

function placeOfPath(text: string, path: readonly PropertyKey[]) {
  const { root } = parseJsonDocument(text, 1000);
  return placeOf(text, root === undefined ? 0 : nodeAt(root, path).offset);
}
