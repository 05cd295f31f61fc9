import { createHash } from 'node:crypto';
import type { ArgDeclaration, Containerfile, Dialect, Stage } from './containerfile.ts';
import { secretIdsOf } from './containerfile-features.ts';
import { type Instruction, type Instructions, parseInstructions } from './containerfile-instructions.ts';
import { fillWord, splitWords } from './containerfile-words.ts';

/** The ARG of the older dialect: apps.json in base64. */
export const APPS_ARG = 'APPS_JSON_BASE64';
/** The BuildKit secret of the newer dialect: apps.json itself. */
export const APPS_SECRET = 'apps_json';

export interface ParsedContainerfile {
  readonly containerfile: Containerfile;
  readonly openHeredoc: Instructions['openHeredoc'];
  /** The line in which each dialect is found. */
  readonly dialectLines: Readonly<Record<Dialect, number | undefined>>;
}

/** Never throws; what is not an instruction is left for the builder to refuse. */
export function parseContainerfile(path: string, bytes: Uint8Array): ParsedContainerfile {
  const text = Buffer.from(bytes).toString('utf8');
  const instructions = parseInstructions(text);
  const { args, stages } = readScopes(instructions);
  const { escapeCharacter } = instructions;
  const dialectLines = {
    'build-arg': args.get(APPS_ARG)?.find((declaration) => declaration.stage !== undefined)?.line,
    secret: instructions.list.find((each) => secretIdsOf(each, escapeCharacter).includes(APPS_SECRET))?.line,
  };
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return {
    containerfile: {
      path,
      digest,
      text,
      dialect: chooseDialect(dialectLines),
      args,
      stages,
    },
    openHeredoc: instructions.openHeredoc,
    dialectLines,
  };
}

/** The stages with these build args, which may change what a FROM names. */
export function stagesWith(
  containerfile: Containerfile,
  buildArgs: Readonly<Record<string, string>>,
): readonly Stage[] {
  return readScopes(parseInstructions(containerfile.text), buildArgs).stages;
}

/** A file that takes both gets the secret: it leaves no copy in the image's history. */
function chooseDialect(lines: ParsedContainerfile['dialectLines']): Dialect | undefined {
  if (lines.secret !== undefined) return 'secret';
  return lines['build-arg'] === undefined ? undefined : 'build-arg';
}

interface Scopes {
  readonly args: Map<string, ArgDeclaration[]>;
  readonly stages: Stage[];
}

function readScopes(
  { list, escapeCharacter }: Instructions,
  buildArgs: Readonly<Record<string, string>> = {},
): Scopes {
  const args = new Map<string, ArgDeclaration[]>();
  const stages: Stage[] = [];
  const globals = new Map<string, string>();
  let scope = globals;
  let stage: string | undefined;
  const fill = (word: string, values: ReadonlyMap<string, string>) =>
    fillWord(word, escapeCharacter, (name) => values.get(name));
  for (const instruction of list) {
    if (instruction.name === 'FROM') {
      const next = readStage(instruction, stages, (word) => fill(word, globals));
      stage = next.name ?? String(stages.length);
      stages.push(next);
      scope = new Map();
    } else if (instruction.name === 'ARG') {
      for (const word of splitWords(instruction.rest, escapeCharacter)) {
        const [name = '', ...rest] = word.split('=');
        const given = rest.length === 0 ? undefined : fill(rest.join('='), scope);
        args.set(name, [...(args.get(name) ?? []), { line: instruction.line, default: given, stage }]);
        const asked = Object.hasOwn(buildArgs, name) ? buildArgs[name] : undefined;
        const value = asked ?? given ?? (scope === globals ? undefined : globals.get(name));
        if (value !== undefined) scope.set(name, value);
      }
    } else if (instruction.name === 'ENV') {
      for (const [name, value] of readEnv(instruction.rest, escapeCharacter))
        scope.set(name, fill(value, scope));
    }
  }
  return { args, stages };
}

function readStage(
  instruction: Instruction,
  earlier: readonly Stage[],
  fill: (word: string) => string,
): Stage {
  const [image = '', as = '', name] = instruction.rest.split(/\s+/);
  const from = fill(image);
  const same = earlier.find((stage) => stage.name === from.toLowerCase());
  return {
    line: instruction.line,
    name: as.toUpperCase() === 'AS' ? name?.toLowerCase() : undefined,
    from: same?.name ?? from,
    isStage: same !== undefined,
  };
}

/** `ENV A=1 B=2`, and the older `ENV A the whole rest`. */
function readEnv(rest: string, escapeCharacter: string): [string, string][] {
  const words = splitWords(rest, escapeCharacter);
  const [first = ''] = words;
  if (!first.includes('=')) return [[first, rest.slice(first.length).trim()]];
  return words.map((word) => {
    const [name = '', ...value] = word.split('=');
    return [name, value.join('=')];
  });
}
