import type { Finding } from '../errors/finding.ts';
import { type JsonDocument, type JsonProblem, parseJsonDocument } from './json-document.ts';
import { placeOf } from './json-node.ts';
import { readText } from './read-text.ts';

export interface JsonReading {
  /** `undefined` when there is no such file, or it cannot be read. */
  readonly document: JsonDocument | undefined;
  readonly isMissing: boolean;
  readonly findings: readonly Finding[];
}

/** Reads a JSON file of the site, with a finding for everything that is wrong with it as JSON. */
export async function readJson(site: string, path: string, maximumBytes: number): Promise<JsonReading> {
  const file = await readText(site, path, maximumBytes);
  if (file.state === 'missing') return { document: undefined, isMissing: true, findings: [] };
  if (file.state === 'unusable') return { document: undefined, isMissing: false, findings: [file.finding] };
  const document = parseJsonDocument(file.text);
  const findings = document.problems.map((problem) => describeProblem(problem, file.text, path));
  return { document, isMissing: false, findings };
}

function describeProblem(problem: JsonProblem, text: string, path: string): Finding {
  return {
    id: problem.id,
    severity: 'error',
    what: problem.id === 'json-syntax' ? `${path} is not valid JSON.` : `${path} is not sound JSON.`,
    why: problem.why,
    fix: problem.fix,
    file: path,
    ...placeOf(text, problem.offset),
  };
}
