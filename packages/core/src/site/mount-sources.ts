import { createHash } from 'node:crypto';
import type { Containerfile } from './containerfile.ts';
import { type Instruction, parseInstructions } from './containerfile-instructions.ts';
import { APPS_ARG, APPS_SECRET, stagesWith } from './parse-containerfile.ts';
import { redirectUrls } from './redirect-urls.ts';

/** Where the steps of a build find the apps, and what they clone by these URLs comes from there. */
export const SOURCES_FOLDER = '/opt/de-build/sources';
/** A host that can't exist (RFC 2606). */
export const SOURCES_URL = 'https://sources.invalid/';
/** Where a step finds what it clones by its own URL. */
const CLONED_FOLDER = '/opt/de-build/cloned';
/** The root of the image that a stage is based on. */
const BASE_FOLDER = '/opt/de-build/base';
/** Below the folder that is sent: the apps, and what steps clone by their own URLs. */
export const APPS_PART = 'apps';
export const CLONED_PART = 'cloned';

export interface MountOptions {
  readonly offer: 'named-context' | 'graft';
  /** Those of the FROM lines. */
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Build args whose value is the URL of a source: FRAPPE_PATH. */
  readonly urlArgs: readonly string[];
  /** What steps clone by their own URLs. */
  readonly cloned: readonly StepRepository[];
}

/** A repository that the step in a line clones by its own URL. */
export interface StepRepository {
  /** Of the RUN. */
  readonly line: number;
  /** What git is given. */
  readonly spelling: string;
  /** Of its bare repository, below `CLONED_PART`. */
  readonly folder: string;
}

/** A git configuration that some steps have, below the folder that is sent. */
export interface StepGitConfig {
  readonly path: string;
  /** Whether the steps have the apps. */
  readonly hasApps: boolean;
  readonly cloned: readonly Omit<StepRepository, 'line'>[];
}

export interface MountedContainerfile {
  readonly containerfile: string;
  /** Every text that was inserted. */
  readonly inserted: readonly string[];
  readonly gitConfigs: readonly StepGitConfig[];
  /** Line of an instruction that writes /etc/gitconfig in a stage whose later steps get another one. */
  readonly hiddenGitConfig: number | undefined;
}

/**
 * The Containerfile with the sources and a git configuration mounted into every RUN that may clone: in a stage that takes
 * the apps or the URL of a source, from there on, and in the stages based on it; and what a RUN clones by its own URL into
 * this RUN alone. Every line keeps its number.
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
  const gitConfigs = new Map<string, StepGitConfig>();
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
    if (writesGitConfig(instruction)) writes ??= instruction.line;
    const cloned = options.cloned.filter(({ line }) => line === instruction.line);
    if (instruction.name !== 'RUN' || stage === undefined || !(isNeeded || cloned.length > 0)) continue;
    const gitConfig = gitConfigFor(isNeeded, cloned);
    gitConfigs.set(gitConfig.path, gitConfig);
    const flags = mountFlags(options.offer, { base: stage.from, gitConfig });
    const line = lines[instruction.line - 1] ?? '';
    lines[instruction.line - 1] = line.replace(/^(\uFEFF?\s*RUN)(?=\s|\\|`|$)\s?/i, `$1 ${flags}`);
    inserted.add(flags);
    hiddenGitConfig ??= writes;
  }
  return {
    containerfile: lines.join('\n'),
    inserted: [...inserted],
    gitConfigs: [...gitConfigs.values()],
    hiddenGitConfig,
  };
}

const WRITES_GIT_CONFIG = /\bgit\s+config\b[^;&|]*\s--system\b|\/etc\/gitconfig\b/;

/** Whether an instruction may write /etc/gitconfig. */
export function writesGitConfig({ text }: Pick<Instruction, 'text'>): boolean {
  return WRITES_GIT_CONFIG.test(text);
}

/** Steps that clone the same have one file: what another step clones is no part of their cache key. */
function gitConfigFor(hasApps: boolean, step: readonly StepRepository[]): StepGitConfig {
  const bySpelling = new Map(step.map(({ spelling, folder }) => [spelling, { spelling, folder }]));
  const cloned = [...bySpelling.values()].sort((a, b) => (a.spelling < b.spelling ? -1 : 1));
  const digest = createHash('sha256')
    .update(JSON.stringify([hasApps, cloned]))
    .digest('hex');
  const path = cloned.length === 0 ? 'gitconfig' : `gitconfig-${digest.slice(0, 12)}`;
  return { path, hasApps, cloned };
}

function takesSource({ name, rest }: Instruction, urlArgs: readonly string[]): boolean {
  if (name !== 'ARG') return false;
  const names = rest.split(/\s+/).map((word) => word.split('=')[0] ?? '');
  return names.some((one) => one === APPS_ARG || urlArgs.includes(one));
}

function mountFlags(
  offer: MountOptions['offer'],
  { base, gitConfig }: { readonly base: string; readonly gitConfig: StepGitConfig },
): string {
  const [from, below] = offer === 'graft' ? ['', `${GRAFT_FOLDER}/`] : [`from=${SOURCES_CONTEXT},`, ''];
  const mount = (source: string, target: string) =>
    `--mount=type=bind,${from}source=${below}${source},target=${target}`;
  const folders = [...new Set(gitConfig.cloned.map(({ folder }) => folder))].sort();
  return [
    ...(gitConfig.hasApps ? [mount(APPS_PART, SOURCES_FOLDER)] : []),
    ...folders.map((folder) => mount(`${CLONED_PART}/${folder}`, `${CLONED_FOLDER}/${folder}`)),
    mount(gitConfig.path, '/etc/gitconfig'),
    ...(base === 'scratch' ? [] : [`--mount=type=bind,from=${base},target=${BASE_FOLDER}`]),
    '',
  ].join(' ');
}

/** The build context that holds the sources. */
export const SOURCES_CONTEXT = 'de-build-sources';
/** The folder of the build context that holds them where the builder knows no other contexts. */
export const GRAFT_FOLDER = '.de-build-sources';

/**
 * A git-config(1) in which clones of `SOURCES_URL`, and of what the step clones by its own URLs, come from the sources. It
 * takes the place of /etc/gitconfig, so it includes that of the stage's image.
 * @param apps paths of the apps' repositories: git before 2.35.3 takes no `*` for a safe directory
 */
export function sourcesGitConfig(
  { hasApps, cloned }: Omit<StepGitConfig, 'path'>,
  apps: readonly string[],
): string {
  const folders = [...new Set(cloned.map(({ folder }) => `${CLONED_FOLDER}/${folder}`))];
  const safe = ['*', ...(hasApps ? apps.map((path) => `${SOURCES_FOLDER}/${path}`) : []), ...folders];
  return [
    '[include]',
    `\tpath = ${BASE_FOLDER}/etc/gitconfig`,
    '[safe]',
    ...safe.map((folder) => `\tdirectory = ${JSON.stringify(folder)}`),
    '[protocol "file"]',
    '\tallow = always',
    '[advice]',
    '\tdetachedHead = false',
    ...(hasApps ? [`[url "file://${SOURCES_FOLDER}/"]`, `\tinsteadOf = ${SOURCES_URL}`] : []),
    ...redirectUrls(
      cloned.map(({ spelling, folder }) => ({ spelling, to: `file://${CLONED_FOLDER}/${folder}` })),
    ),
    '',
  ].join('\n');
}
