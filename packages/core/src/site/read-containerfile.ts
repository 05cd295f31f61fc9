import {
  containerfileArgDiffers,
  containerfileDialect,
  containerfileEmpty,
  containerfileHeredoc,
  containerfileMissing,
  containerfileTwoDialects,
} from '../errors/containerfile-findings.ts';
import type { Finding } from '../errors/finding.ts';
import type { Containerfile } from './containerfile.ts';
import {
  APPS_ARG,
  APPS_SECRET,
  type ParsedContainerfile,
  parseContainerfile,
} from './parse-containerfile.ts';
import { readText } from './read-text.ts';

const MAXIMUM_BYTES = 1024 * 1024;

/** Reads the site's Containerfile, and finds why it could not be built. */
export async function readContainerfile(
  site: string,
  path: string,
): Promise<{ readonly containerfile: Containerfile | undefined; readonly findings: readonly Finding[] }> {
  const file = await readText(site, path, MAXIMUM_BYTES);
  if (file.state === 'missing') return { containerfile: undefined, findings: [containerfileMissing(path)] };
  if (file.state === 'unusable') return { containerfile: undefined, findings: [file.finding] };
  const parsed = parseContainerfile(path, file.bytes);
  return { containerfile: parsed.containerfile, findings: judge(parsed) };
}

function judge({ containerfile, openHeredoc, dialectLines }: ParsedContainerfile): Finding[] {
  const { path: file, stages, dialect } = containerfile;
  if (openHeredoc !== undefined)
    return [containerfileHeredoc(openHeredoc.name, { file, line: openHeredoc.line })];
  if (stages.length === 0) return [containerfileEmpty(file)];
  const findings = findDifferingDefaults(containerfile);
  if (dialect === undefined) findings.push(containerfileDialect(file, APPS_SECRET, APPS_ARG));
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
