import { jsonFaulty } from '../errors/file-findings.ts';
import type { Finding, Place } from '../errors/finding.ts';
import { parseJsonDocument } from './json-document.ts';
import type { JsonNode } from './json-node.ts';
import { readText } from './read-text.ts';
import { placesIn } from './text-place.ts';

export interface JsonReading {
  /** `undefined` when there is no such file, or it cannot be read. */
  readonly root: JsonNode | undefined;
  readonly isMissing: boolean;
  readonly findings: readonly Finding[];
  /** The place of a node, or of an offset in the text. */
  readonly at: (at: JsonNode | number) => Required<Place>;
}

/** Reads a JSON file of the site, with a finding for everything that is wrong with it as JSON. */
export async function readJson(site: string, path: string, maximumBytes: number): Promise<JsonReading> {
  const file = await readText(site, path, maximumBytes);
  const placeOf = placesIn(file.state === 'read' ? file.text : '');
  const at = (at: JsonNode | number) => ({ file: path, ...placeOf(typeof at === 'number' ? at : at.offset) });
  if (file.state !== 'read') {
    const findings = file.state === 'unusable' ? [file.finding] : [];
    return { root: undefined, isMissing: file.state === 'missing', findings, at };
  }
  const { root, problems } = parseJsonDocument(file.text);
  const findings = problems.map(({ fault, offset }) => jsonFaulty(fault, at(offset)));
  return { root, isMissing: false, findings, at };
}
