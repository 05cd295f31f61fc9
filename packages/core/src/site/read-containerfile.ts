import {
  containerfileArgDiffers,
  containerfileBeforeFrom,
  containerfileEmpty,
  containerfileHeredoc,
  containerfileMissing,
  containerfileTwoDialects,
  containerfileWord,
} from '../errors/containerfile-findings.ts';
import type { Finding } from '../errors/finding.ts';
import type { Containerfile } from './containerfile.ts';
import { APPS_ARG, type ParsedContainerfile, parseContainerfile } from './parse-containerfile.ts';
import { readText } from './read-text.ts';

const MAXIMUM_BYTES = 1024 * 1024;

export interface ContainerfileReading {
  /** `undefined` when there is none, or it cannot be read. */
  readonly parsed: ParsedContainerfile | undefined;
  readonly findings: readonly Finding[];
}

/** Reads the site's Containerfile, and finds why it could not be built. */
export async function readContainerfile(site: string, path: string): Promise<ContainerfileReading> {
  const file = await readText(site, path, MAXIMUM_BYTES);
  if (file.state === 'missing') return { parsed: undefined, findings: [containerfileMissing(path)] };
  if (file.state === 'unusable') return { parsed: undefined, findings: [file.finding] };
  const parsed = parseContainerfile(path, file.bytes);
  return { parsed, findings: judge(parsed) };
}

function judge({ containerfile, openHeredoc, dialectLines, faults, early }: ParsedContainerfile): Finding[] {
  const { path: file, stages } = containerfile;
  if (openHeredoc !== undefined)
    return [containerfileHeredoc(openHeredoc.name, { file, line: openHeredoc.line })];
  if (stages.length === 0) return [containerfileEmpty(file)];
  const findings: Finding[] = [];
  if (early !== undefined) findings.push(containerfileBeforeFrom(early.name, { file, line: early.line }));
  for (const line of new Set(faults.map((each) => each.line))) {
    const first = faults.find((each) => each.line === line);
    if (first !== undefined) findings.push(containerfileWord(first.fault, { file, line }));
  }
  findings.push(...findDifferingDefaults(containerfile));
  const line = dialectLines['build-arg'];
  if (dialectLines.secret !== undefined && line !== undefined)
    findings.push(containerfileTwoDialects(APPS_ARG, { file, line }));
  return findings;
}

/** One ARG with different defaults in different stages: it is unclear which of them counts. */
function findDifferingDefaults({ path: file, args }: Containerfile): Finding[] {
  return [...args].flatMap(([name, declarations]) => {
    const given = declarations.flatMap(({ default: value, line }) =>
      value === undefined ? [] : [{ default: value, line }],
    );
    if (new Set(given.map((each) => each.default)).size < 2) return [];
    return containerfileArgDiffers(name, given, { file, line: given.at(-1)?.line ?? 1 });
  });
}
