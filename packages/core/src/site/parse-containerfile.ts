import { createHash } from 'node:crypto';
import type { ArgDeclaration, Containerfile, Dialect, Stage, StageMount } from './containerfile.ts';
import { type Instruction, type Instructions, parseInstructions } from './containerfile-instructions.ts';
import { mountsOf } from './containerfile-mounts.ts';
import { type FaultyWord, walkScopes } from './containerfile-scopes.ts';

/** The ARG of the older dialect: apps.json in base64. */
export const APPS_ARG = 'APPS_JSON_BASE64';
/** The BuildKit secret of the newer dialect: apps.json itself. */
export const APPS_SECRET = 'apps_json';

export interface ParsedContainerfile {
  readonly containerfile: Containerfile;
  readonly openHeredoc: Instructions['openHeredoc'];
  /** The line that each dialect shows in. */
  readonly dialectLines: Readonly<Record<Exclude<Dialect, 'none'>, number | undefined>>;
  /** Words that BuildKit refuses, whatever the build args are. */
  readonly faults: readonly FaultyWord[];
  /** The first instruction before every FROM that may not be there. */
  readonly early: Instruction | undefined;
}

/** Never throws; what is not an instruction is left for the builder to refuse. */
export function parseContainerfile(path: string, bytes: Uint8Array): ParsedContainerfile {
  const text = Buffer.from(bytes).toString('utf8');
  const instructions = parseInstructions(text);
  const { args, stages, mounts, faults } = readScopes(instructions);
  const dialectLines = {
    'build-arg': args.get(APPS_ARG)?.find((declaration) => declaration.stage !== undefined)?.line,
    secret: mounts.find(({ kind, id }) => kind === 'secret' && id === APPS_SECRET)?.line,
  };
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const first = instructions.list.find(({ name }) => name !== 'ARG');
  return {
    containerfile: {
      path,
      digest,
      text,
      dialect: chooseDialect(dialectLines),
      syntax: instructions.syntax,
      args,
      stages,
      mounts,
    },
    openHeredoc: instructions.openHeredoc,
    dialectLines,
    // A build arg or a base image may set what a word requires.
    faults: faults.filter(({ fault }) => fault !== 'unset'),
    early: first?.name === 'FROM' || stages.length === 0 ? undefined : first,
  };
}

/** The stages with these build args, which may change what a FROM names. */
export function stagesWith(
  containerfile: Pick<Containerfile, 'text'>,
  buildArgs: Readonly<Record<string, string>>,
): readonly Stage[] {
  return readScopes(parseInstructions(containerfile.text), buildArgs).stages;
}

/** A file that takes both gets the secret: it leaves no copy in the image's history. */
function chooseDialect(lines: ParsedContainerfile['dialectLines']): Dialect {
  if (lines.secret !== undefined) return 'secret';
  return lines['build-arg'] === undefined ? 'none' : 'build-arg';
}

interface Scopes {
  readonly args: Map<string, ArgDeclaration[]>;
  readonly stages: Stage[];
  readonly mounts: StageMount[];
  readonly faults: readonly FaultyWord[];
}

function readScopes(instructions: Instructions, buildArgs: Readonly<Record<string, string>> = {}): Scopes {
  const args = new Map<string, ArgDeclaration[]>();
  const stages: Stage[] = [];
  const mounts: StageMount[] = [];
  const { escapeCharacter } = instructions;
  const faults = walkScopes(instructions, buildArgs, {
    visit: ({ instruction, stage, lookup }) => {
      for (const mount of mountsOf(instruction, { escapeCharacter, lookup }))
        mounts.push({ ...mount, stage });
    },
    from: ({ instruction, fill }) => {
      const stage = readStage(instruction, stages, fill);
      stages.push(stage);
      return parentOf(stage, stages.slice(0, -1));
    },
    arg: ({ name, value }, { instruction: { line }, stage }) => {
      const own = stage === -1 ? undefined : (stages[stage]?.name ?? String(stage));
      args.set(name, [...(args.get(name) ?? []), { line, default: value, stage: own }]);
    },
  });
  return { args, stages, mounts, faults };
}

/** Index of the stage that a stage is based on. */
export function parentOf({ from, isStage }: Stage, earlier: readonly Stage[]): number | undefined {
  const index = isStage ? earlier.findIndex(({ name }) => name === from) : -1;
  return index === -1 ? undefined : index;
}

export function readStage(
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
