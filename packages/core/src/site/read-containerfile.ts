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

/** Reads the site's Containerfile, and finds what stands against building it. */
export async function readContainerfile(
  site: string,
  path: string,
): Promise<{ readonly containerfile: Containerfile | undefined; readonly findings: readonly Finding[] }> {
  const file = await readText(site, path, MAXIMUM_BYTES);
  if (file.state === 'missing') return { containerfile: undefined, findings: [missing(path)] };
  if (file.state === 'unusable') return { containerfile: undefined, findings: [file.finding] };
  const parsed = parseContainerfile(path, file.bytes);
  return { containerfile: parsed.containerfile, findings: judge(parsed) };
}

function judge({ containerfile, openHeredoc, dialectLines }: ParsedContainerfile): Finding[] {
  const { path, stages, dialect } = containerfile;
  if (openHeredoc !== undefined) return [unclosedHeredoc(path, openHeredoc)];
  if (stages.length === 0) return [noStage(path)];
  const findings = differingDefaults(containerfile);
  if (dialect === undefined) findings.push(unknownDialect(path));
  if (dialectLines.secret !== undefined && dialectLines['build-arg'] !== undefined) {
    findings.push(twoDialects(path, dialectLines['build-arg']));
  }
  return findings;
}

function missing(path: string): Finding {
  return {
    id: 'containerfile-missing',
    severity: 'error',
    what: `There is no ${path}.`,
    why: 'It says how the image is built.',
    fix: 'Put it there (frappe_docker has one of that name), or name yours as `containerfile` in de-build.json.',
    file: path,
  };
}

function noStage(path: string): Finding {
  return {
    id: 'containerfile-empty',
    severity: 'error',
    what: `${path} has no FROM.`,
    why: 'Without it there is nothing to build.',
    fix: 'Restore the file; frappe_docker has it as images/custom/Containerfile.',
    file: path,
    line: 1,
  };
}

function unclosedHeredoc(path: string, heredoc: { readonly name: string; readonly line: number }): Finding {
  return {
    id: 'containerfile-heredoc',
    severity: 'error',
    what: `A heredoc in ${path} is never closed.`,
    why: `No line after it is just \`${heredoc.name}\`.`,
    fix: `End the heredoc with a line that is only \`${heredoc.name}\`.`,
    file: path,
    line: heredoc.line,
  };
}

function unknownDialect(path: string): Finding {
  return {
    id: 'containerfile-dialect',
    severity: 'error',
    what: `${path} takes no apps in a way that de-build knows.`,
    why:
      `It has neither \`RUN --mount=type=secret,id=${APPS_SECRET}\` nor \`ARG ${APPS_ARG}\` in a stage; ` +
      'built anyway, the image would be without any app.',
    fix: 'Use images/custom/Containerfile or images/layered/Containerfile of frappe_docker, or add one of the two.',
    file: path,
  };
}

function twoDialects(path: string, line: number): Finding {
  return {
    id: 'containerfile-two-dialects',
    severity: 'warning',
    what: `${path} takes its apps in both ways, as a secret and as a build arg.`,
    why: 'de-build gives them as the secret only, because a build arg stays in the history of the image.',
    fix: `Remove \`ARG ${APPS_ARG}\`, so that nobody gives the token away in it.`,
    file: path,
    line,
    subject: APPS_ARG,
  };
}

/** One ARG with different defaults in different stages: which of them holds is easily mistaken. */
function differingDefaults({ path, args }: Containerfile): Finding[] {
  const findings: Finding[] = [];
  for (const [name, declarations] of args) {
    const given = declarations.filter((declaration) => declaration.default !== undefined);
    if (new Set(given.map((declaration) => declaration.default)).size < 2) continue;
    const shown = given.map((each) => `${each.default || '""'} (line ${each.line})`).join(', ');
    findings.push({
      id: 'containerfile-arg-differs',
      severity: 'note',
      what: `${name} has different defaults: ${shown}.`,
      why: 'Each stage has its own default; a build arg overrides all of them at once.',
      fix: `Nothing if that is meant; else set ${name} in .env or de-build.json.`,
      file: path,
      line: given.at(-1)?.line ?? 1,
      subject: name,
    });
  }
  return findings;
}
