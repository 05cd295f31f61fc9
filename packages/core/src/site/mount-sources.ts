import type { Containerfile } from './containerfile.ts';
import { type Instruction, parseInstructions } from './containerfile-instructions.ts';
import { APPS_ARG, APPS_SECRET, stagesWith } from './parse-containerfile.ts';

/** Where the steps of a build find their sources, and what they clone by these URLs comes from there. */
export const SOURCES_FOLDER = '/opt/de-build/sources';
/** A host that can't exist (RFC 2606). */
export const SOURCES_URL = 'https://sources.invalid/';
/** The root of the image that a stage is based on. */
const BASE_FOLDER = '/opt/de-build/base';

export interface MountOptions {
  readonly offer: 'named-context' | 'graft';
  /** Those of the FROM lines. */
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Build args whose value is the URL of a source: FRAPPE_PATH. */
  readonly urlArgs: readonly string[];
}

export interface MountedContainerfile {
  readonly containerfile: string;
  /** Every text that was inserted. */
  readonly inserted: readonly string[];
  /** Line of an instruction that writes /etc/gitconfig in a stage whose later steps get another one. */
  readonly hiddenGitConfig: number | undefined;
}

/**
 * The Containerfile with the sources and a git configuration mounted into every RUN that may clone: in a stage that takes
 * the apps or the URL of a source, from there on, and in the stages based on it. Every line keeps its number.
 */
export function mountSources(containerfile: Containerfile, options: MountOptions): MountedContainerfile {
  const { text, mounts } = containerfile;
  const { list } = parseInstructions(text);
  const isApps = ({ line }: Instruction) =>
    mounts.some((mount) => mount.line === line && mount.kind === 'secret' && mount.id === APPS_SECRET);
  const stages = stagesWith(containerfile, options.buildArgs);
  const lines = text.split('\n');
  const inserted = new Set<string>();
  const needing = new Set<string>();
  let at = -1;
  let isNeeded = false;
  let writes: number | undefined;
  let hiddenGitConfig: number | undefined;
  for (const instruction of list) {
    const stage = stages[at + Number(instruction.name === 'FROM')];
    if (instruction.name === 'FROM') {
      at += 1;
      writes = undefined;
      isNeeded = stage?.isStage === true && needing.has(stage.from);
    } else isNeeded ||= isApps(instruction) || takesSource(instruction, options.urlArgs);
    if (isNeeded && stage?.name !== undefined) needing.add(stage.name);
    if (WRITES_GIT_CONFIG.test(instruction.text)) writes ??= instruction.line;
    if (instruction.name !== 'RUN' || !isNeeded || stage === undefined) continue;
    const flags = mountFlags(options.offer, stage.from);
    const line = lines[instruction.line - 1] ?? '';
    lines[instruction.line - 1] = line.replace(/^(\uFEFF?\s*RUN)(?=\s|\\|`|$)\s?/i, `$1 ${flags}`);
    inserted.add(flags);
    hiddenGitConfig ??= writes;
  }
  return { containerfile: lines.join('\n'), inserted: [...inserted], hiddenGitConfig };
}

const WRITES_GIT_CONFIG = /\bgit\s+config\b[^;&|]*\s--system\b|\/etc\/gitconfig\b/;

function takesSource({ name, rest }: Instruction, urlArgs: readonly string[]): boolean {
  if (name !== 'ARG') return false;
  const names = rest.split(/\s+/).map((word) => word.split('=')[0] ?? '');
  return names.some((one) => one === APPS_ARG || urlArgs.includes(one));
}

function mountFlags(offer: MountOptions['offer'], base: string): string {
  const [from, below] = offer === 'graft' ? ['', `${GRAFT_FOLDER}/`] : [`from=${SOURCES_CONTEXT},`, ''];
  const source = below === '' ? '' : `source=${GRAFT_FOLDER},`;
  return [
    `--mount=type=bind,${from}${source}target=${SOURCES_FOLDER}`,
    `--mount=type=bind,${from}source=${below}gitconfig,target=/etc/gitconfig`,
    ...(base === 'scratch' ? [] : [`--mount=type=bind,from=${base},target=${BASE_FOLDER}`]),
    '',
  ].join(' ');
}

/** The build context that holds the sources. */
export const SOURCES_CONTEXT = 'de-build-sources';
/** The folder of the build context that holds them where the builder knows no other contexts. */
export const GRAFT_FOLDER = '.de-build-sources';

/**
 * A git-config(1) in which clones of `SOURCES_URL` come from the sources. It takes the place of /etc/gitconfig, so it
 * includes that of the stage's image.
 * @param repositories paths below the folder: git before 2.35.3 takes no `*` for a safe directory
 */
export function sourcesGitConfig(repositories: readonly string[]): string {
  const safe = ['*', ...repositories.map((path) => `${SOURCES_FOLDER}/${path}`)];
  return [
    '[include]',
    `\tpath = ${BASE_FOLDER}/etc/gitconfig`,
    '[safe]',
    ...safe.map((folder) => `\tdirectory = ${JSON.stringify(folder)}`),
    '[protocol "file"]',
    '\tallow = always',
    '[advice]',
    '\tdetachedHead = false',
    `[url "file://${SOURCES_FOLDER}/"]`,
    `\tinsteadOf = ${SOURCES_URL}`,
    '',
  ].join('\n');
}
