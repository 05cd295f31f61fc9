import { fromShortSsh } from '../git/ssh-url.ts';
import type { Containerfile, Stage } from './containerfile.ts';
import { type Instruction, parseInstructions, readJsonForm } from './containerfile-instructions.ts';
import type { ArgLookup } from './containerfile-lexer.ts';
import { walkScopes } from './containerfile-scopes.ts';
import { parentOf, readStage } from './parse-containerfile.ts';
import { readShellCommands, type ShellCommand, type ShellWord } from './shell-commands.ts';

/** A repository that a RUN clones by itself. */
export interface ClonedRepository {
  /** http, https or ssh, with ARG and ENV filled in, and without credentials. */
  readonly url: string;
  /** What git is given, with ARG and ENV filled in; never print it, it may hold a token. */
  readonly spelling: string;
  readonly ref: ClonedRef;
  /** A clone with `--filter` and without `--depth`: from a shallow repository git fetches for ever. */
  readonly isPartial: boolean;
  /** A command of its stage that needs the history of a clone without `--depth`: `git describe`. */
  readonly history?: string;
  /** `checkout` is what the step then makes of its clone: a ref, or anything else that git takes there. */
  readonly by: 'git clone' | 'bench get-app' | 'checkout';
  /** 1-based, of the RUN. */
  readonly line: number;
  /** 0-based index of its stage. */
  readonly stage: number;
}

/** The name of a branch, a tag or a commit; `unknown` is decided by the shell. */
export type ClonedRef = { readonly name: string } | 'default' | 'unknown';

/**
 * The repositories that RUN lines clone with `git clone`, `bench get-app` or `bench get`, and what they check out of them. A
 * URL that depends on the shell, as on a variable that is neither ARG nor ENV, is left out.
 * @param buildArgs the site's; they replace defaults of ARGs
 */
export function findRepositories(
  { text }: Pick<Containerfile, 'text'>,
  buildArgs: Readonly<Record<string, string>>,
): readonly ClonedRepository[] {
  const found: FoundClone[] = [];
  const histories: (HistoryUse & { readonly line: number; readonly stage: number })[] = [];
  const stages: Stage[] = [];
  const lines = text.split(/\r?\n/);
  walkScopes(parseInstructions(text), buildArgs, {
    from: ({ instruction, fill }) => {
      const stage = readStage(instruction, stages, fill);
      stages.push(stage);
      return parentOf(stage, stages.slice(0, -1));
    },
    visit: ({ instruction, stage, lookup }) => {
      if (instruction.name !== 'RUN') return;
      const commands = commandsOf(instruction, lines, lookup);
      const { line } = instruction;
      for (const clone of findClones(commands)) found.push({ ...clone, line, stage });
      for (const use of findHistoryUses(commands)) histories.push({ ...use, line, stage });
    },
  });
  const folders = new Set(found.map(({ folder, stage }) => `${stage} ${folder}`));
  return found.map(({ isDeep, folder, ...clone }) => {
    const use = histories.find(
      ({ line, stage, at }) =>
        stage === clone.stage &&
        line >= clone.line &&
        (at === undefined || at === folder || !folders.has(`${stage} ${at}`)),
    );
    return isDeep && use !== undefined ? { ...clone, history: use.command } : clone;
  });
}

interface FoundClone extends ClonedRepository {
  /** Without `--depth`. */
  readonly isDeep: boolean;
  /** The last part of the folder that it is in. */
  readonly folder: string | undefined;
}

interface HistoryUse {
  /** `git describe` */
  readonly command: string;
  /** The last part of the folder that it works in, where that is known. */
  readonly at: string | undefined;
}

const NEED_HISTORY = new Set([
  ...['bisect', 'blame', 'cherry-pick', 'describe', 'fetch', 'log', 'merge', 'merge-base', 'pull'],
  ...['rebase', 'rev-list', 'shortlog'],
]);

/** Commands of git that read more than one commit, or ask the host for whatever it has. */
function findHistoryUses(commands: readonly ShellCommand[]): readonly HistoryUse[] {
  const uses: HistoryUse[] = [];
  let at: string | undefined;
  for (const command of commands) {
    if (programOf(command[0]) === 'cd') at = lastPart(command[1]?.text);
    if (programOf(command[0]) !== 'git') continue;
    const words = command.slice(1);
    const [verb, ...others] = withoutGitOptions(words);
    const name = verb?.text ?? '';
    const isOne = others.some(({ text }) => /^(?:-1|-n1|--max-count=1)$/.test(text ?? ''));
    // A ref that is named and not planned fails by itself.
    const namesRef = others.filter(({ text }) => text?.startsWith('-') !== true).length > 1;
    const isWhole = !(isOne || ((name === 'fetch' || name === 'pull') && namesRef));
    if (NEED_HISTORY.has(name) && isWhole)
      uses.push({ command: `git ${name}`, at: folderOption(words) ?? at });
  }
  return uses;
}

/** Of the shell's form, of a heredoc that is a script, and of the list form. */
function commandsOf(
  { rest, line, lastLine }: Instruction,
  lines: readonly string[],
  lookup: ArgLookup,
): readonly ShellCommand[] {
  const list = readJsonForm(rest);
  if (list !== undefined)
    return unwrap(
      list.map((text) => ({ text, asWritten: text })),
      NOTHING_SET,
    );
  const isScript = /^(?:(?:\S*\/)?(?:ba|da|a|z)?sh(?:\s+-\S+)*\s+)?<<-?\s*["']?\w+["']?$/.test(rest.trim());
  const script = isScript ? lines.slice(line, lastLine - 1).join('\n') : rest;
  return readShellCommands(script, lookup).flatMap((command) => unwrap(command, lookup));
}

const NOTHING_SET: ArgLookup = () => undefined;
const SHELLS = new Set(['sh', 'bash', 'ash', 'dash', 'zsh', 'su', 'runuser']);
/** Programs that run another one, named by their arguments. */
const RUNNERS = new Set([
  'sudo',
  'env',
  'exec',
  'time',
  'nohup',
  'command',
  'gosu',
  'su-exec',
  'timeout',
  'nice',
]);
const DEEPEST_SHELL = 5;

/** The commands within `bash -c '…'`, and what `sudo` and its like run. */
function unwrap(command: ShellCommand, lookup: ArgLookup, depth = 0): readonly ShellCommand[] {
  const name = programOf(command[0]);
  if (SHELLS.has(name) && depth < DEEPEST_SHELL) {
    const flag = command.findIndex(
      ({ text }, index) => index > 0 && /^(?:-[a-z]*c|--command)$/.test(text ?? ''),
    );
    const script = flag === -1 ? undefined : command[flag + 1]?.text;
    if (script === undefined) return [];
    return readShellCommands(script, lookup).flatMap((inner) => unwrap(inner, lookup, depth + 1));
  }
  if (!RUNNERS.has(name)) return [command];
  const at = command.findIndex((word, index) => index > 0 && isRunByOther(programOf(word)));
  return at === -1 ? [] : unwrap(command.slice(at), lookup, depth + 1);
}

function isRunByOther(name: string): boolean {
  return name === 'git' || name === 'bench' || SHELLS.has(name) || RUNNERS.has(name);
}

function programOf(word: ShellWord | undefined): string {
  return word?.text?.split('/').at(-1) ?? '';
}

type Clone = Omit<FoundClone, 'line' | 'stage' | 'history'>;

function findClones(commands: readonly ShellCommand[]): Clone[] {
  const clones: Clone[] = [];
  const folders: Clone[] = [];
  let at: string | undefined;
  for (const command of commands) {
    const program = programOf(command[0]);
    const words = command.slice(1);
    if (program === 'cd') at = lastPart(words[0]?.text);
    if (program !== 'git' && program !== 'bench') continue;
    const [verb, ...others] = withoutGitOptions(words);
    if (program === 'git' && CHECKOUTS.has(verb?.text ?? '')) {
      clones.push(...checkouts(others, { folders, at: folderOption(words) ?? at }));
      continue;
    }
    if (program === 'git' && verb?.text !== 'clone') continue;
    const read = program === 'git' ? readClone(others) : readGetApp(words);
    if (read === undefined) continue;
    const clone = { ...read, folder: read.folder === '.' ? at : read.folder };
    if (program === 'git') folders.push(clone);
    clones.push(clone);
  }
  return clones;
}

/** What a checkout makes of the clone of its folder; of each, where it may be any. */
function checkouts(
  words: readonly ShellWord[],
  {
    folders,
    at,
  }: {
    readonly folders: readonly Clone[];
    readonly at: string | undefined;
  },
): readonly Clone[] {
  const [only, ...others] = folders;
  const meant =
    others.length === 0 ? only : folders.findLast(({ folder }) => folder !== undefined && folder === at);
  if (meant !== undefined) return [{ ...meant, by: 'checkout', ref: checkedOut(words) }];
  return folders.map((clone) => ({ ...clone, by: 'checkout', ref: 'unknown' }));
}

function folderOption(words: readonly ShellWord[]): string | undefined {
  const index = words.findIndex(({ text }) => text === '-C');
  return index === -1 ? undefined : lastPart(words[index + 1]?.text);
}

function lastPart(path: string | undefined): string | undefined {
  return path?.replace(/\/+$/, '').split('/').at(-1);
}

const CHECKOUTS = new Set(['checkout', 'switch', 'reset']);

function checkedOut(words: readonly ShellWord[]): ClonedRef {
  const isKnown = words.every(({ text }) => text !== undefined && !/^-[bBcC]$|^--$|^--orphan/.test(text));
  const [first, ...more] = words.filter(({ text }) => text !== undefined && !text.startsWith('-'));
  if (!isKnown || first?.text === undefined || more.length > 0) return 'unknown';
  return { name: first.text.replace(/^(?:origin|upstream)\//, '') };
}

/** Options of git that take the next word. */
const GIT_OPTIONS = new Set(['-C', '-c', '--git-dir', '--work-tree', '--namespace', '--exec-path']);
/** Options of `git clone` that take the next word. */
const CLONE_OPTIONS = new Set([
  ...[
    '-b',
    '--branch',
    '--revision',
    '-o',
    '--origin',
    '-u',
    '--upload-pack',
    '--reference',
    '-c',
    '--config',
  ],
  ...[
    '--reference-if-able',
    '--template',
    '--separate-git-dir',
    '--depth',
    '--shallow-since',
    '--shallow-exclude',
  ],
  ...['-j', '--jobs', '--filter', '--server-option', '--bundle-uri', '--ref-format'],
]);
/** Options of `bench get-app` that take the next word. */
const GET_APP_OPTIONS = new Set(['--branch', '--cache-key']);

function withoutGitOptions(words: readonly ShellWord[]): readonly ShellWord[] {
  let start = 0;
  while (words[start]?.text?.startsWith('-') === true)
    start += GIT_OPTIONS.has(words[start]?.text ?? '') ? 2 : 1;
  return words.slice(start);
}

interface Arguments {
  readonly options: ReadonlyMap<string, string | undefined>;
  readonly others: readonly ShellWord[];
  /** Every word that decides what is an option is known. */
  readonly isKnown: boolean;
}

function readArguments(words: readonly ShellWord[], takesValue: ReadonlySet<string>): Arguments {
  const options = new Map<string, string | undefined>();
  const others: ShellWord[] = [];
  let isKnown = true;
  let isOver = false;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index];
    if (word === undefined) break;
    const { text, asWritten } = word;
    // The name of an option whose value is unknown can still be read.
    const [, longName] = /^(--[a-z-]+)=/.exec(asWritten) ?? [];
    const shown = text ?? asWritten;
    const [letter = ''] = /^-[a-z]/i.exec(shown) ?? [];
    if (isOver || !shown.startsWith('-')) {
      if (text === undefined && /^\$/.test(asWritten) && others.length > 0) isKnown = false;
      others.push(word);
    } else if (shown === '--') isOver = true;
    else if (longName !== undefined) options.set(longName, text?.slice(longName.length + 1));
    else if (takesValue.has(shown)) {
      index += 1;
      options.set(shown, words[index]?.text);
    } else if (text === undefined) isKnown = false;
    else if (letter !== '' && takesValue.has(letter)) options.set(letter, shown.slice(2));
    else {
      // `-qb BRANCH`
      const last = `-${shown.at(-1)}`;
      const isCluster = /^-[a-z]{2,}$/i.test(shown) && takesValue.has(last);
      if (isCluster) index += 1;
      options.set(isCluster ? last : shown, isCluster ? words[index]?.text : '');
    }
  }
  return { options, others, isKnown };
}

function readClone(words: readonly ShellWord[]): Clone | undefined {
  const { options, others, isKnown } = readArguments(words, CLONE_OPTIONS);
  const [repository, target] = others;
  if (repository?.text === undefined) return undefined;
  const isWhole = isKnown && others.length <= 2;
  const ref = isWhole ? chosen(options, ['-b', '--branch', '--revision']) : 'unknown';
  const isDeep = !options.has('--depth');
  const isPartial = options.has('--filter') && isDeep;
  const folder =
    target === undefined ? lastPart(repository.text)?.replace(/\.git$/, '') : lastPart(target.text);
  return cloneOf({ spelling: repository.text, ref, isPartial, isDeep, folder, by: 'git clone' });
}

/** @returns undefined also where the words are of another command of bench */
function readGetApp(words: readonly ShellWord[]): Clone | undefined {
  const start = words.findIndex(({ text }) => text === 'get-app' || text === 'get');
  const isCommand = words.slice(0, Math.max(start, 0)).every(({ text }) => text?.startsWith('-') === true);
  if (start === -1 || !isCommand) return undefined;
  const { options, others, isKnown } = readArguments(words.slice(start + 1), GET_APP_OPTIONS);
  const repository = others.at(-1);
  if (repository?.text === undefined) return undefined;
  const { url, ref } = resolveApp(repository.text);
  const branch = chosen(options, ['--branch']);
  const named = branch === 'default' && ref !== undefined ? { name: ref } : branch;
  const known = isKnown ? named : 'unknown';
  return cloneOf({
    spelling: url,
    ref: known,
    isPartial: false,
    isDeep: false,
    folder: undefined,
    by: 'bench get-app',
  });
}

/** bench looks for a name without an organisation at frappe's own. */
function resolveApp(text: string): { readonly url: string; readonly ref: string | undefined } {
  const [, organisation = 'frappe', name, ref] = /^(?:([\w-]+)\/)?([\w-]+)(?:@([\w./-]+))?$/.exec(text) ?? [];
  return name === undefined
    ? { url: text, ref: undefined }
    : { url: `https://github.com/${organisation}/${name}`, ref };
}

function chosen(options: ReadonlyMap<string, string | undefined>, names: readonly string[]): ClonedRef {
  const given = names.filter((name) => options.has(name));
  const name = given.map((option) => options.get(option)).at(-1);
  if (given.length === 0 || name === '') return 'default';
  return name === undefined ? 'unknown' : { name };
}

function cloneOf(clone: Omit<Clone, 'url'>): Clone | undefined {
  const url = plainUrl(clone.spelling);
  return url === undefined ? undefined : { url, ...clone };
}

/** Without credentials; the user of an ssh URL is none. */
function plainUrl(text: string): string | undefined {
  const url = fromShortSsh(text) ?? text;
  if (!/^(?:https?|ssh):\/\/[^\s]+$/i.test(url) || !URL.canParse(url)) return undefined;
  if (/^ssh:/i.test(url)) return url.replace(/^(ssh:\/\/[^:@/]*):[^@/]*@/i, '$1@');
  return url.replace(/^(https?:\/\/)[^/?#]*@/i, '$1');
}
