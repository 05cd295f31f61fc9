import { posix } from 'node:path';
import type { AppsInput } from '../errors/apps-input-findings.ts';
import type { Stage } from './containerfile.ts';
import { type Instructions, parseInstructions } from './containerfile-instructions.ts';
import { mountsOf } from './containerfile-mounts.ts';
import { type Visit, walkScopes } from './containerfile-scopes.ts';
import { findAppsCopy, isAppsSource, type RunText } from './find-apps-copy.ts';
import { APPS_ARG, APPS_SECRET, parentOf, readStage } from './parse-containerfile.ts';
import type { SiteConfig } from './site-config.ts';

/** Where frappe_docker's Containerfiles have it. */
const USUAL_TARGET = '/opt/frappe/apps.json';

type Settings = Pick<SiteConfig, 'apps' | 'context' | 'secrets' | 'buildArgs'>;

/** Finds ways to take a list of apps that de-build does not serve: a copied file, another secret, another build arg. */
export function findAppsInputs(text: string, config: Settings): readonly AppsInput[] {
  const instructions = parseInstructions(text);
  const file = posix.relative(posix.resolve('/', config.context), posix.resolve('/', config.apps));
  const runs = findRuns(instructions, text);
  const inputs: AppsInput[] = [];
  walkPlaces(instructions, (visit, folder) => {
    const { instruction, fill, lookup } = visit;
    const hasCacheBust = lookup('CACHE_BUST') !== undefined;
    const copied = findAppsCopy(instruction, { fill, file, folder, runs });
    if (copied !== undefined) inputs.push({ ...copied, hasCacheBust });
    const { escapeCharacter } = instructions;
    for (const { kind, id, source = '', from, target, line } of mountsOf(instruction, {
      escapeCharacter,
      lookup,
    })) {
      if (kind === 'bind' && from === undefined && isAppsSource(source, file))
        inputs.push({ kind: 'bound', line, written: source, target: target ?? USUAL_TARGET, hasCacheBust });
      const isApps = isAppsName(id) || posix.basename(target ?? '') === 'apps.json';
      if (kind === 'secret' && isApps && id !== APPS_SECRET && !Object.hasOwn(config.secrets, id))
        inputs.push({ kind: 'other-secret', line, written: id });
    }
    inputs.push(...findArgs(visit, config));
  });
  return inputs;
}

/** The RUN that installs the apps, as far as that shows. */
export function findBenchLine(text: string): number | undefined {
  return findRuns(parseInstructions(text), text).find((run) => /\bbench\s+init\b/.test(run.text))?.line;
}

function findRuns({ list }: Instructions, text: string): readonly RunText[] {
  const lines = text.split(/\r?\n/);
  return list
    .filter(({ name }) => name === 'RUN')
    .map(({ line, lastLine }) => ({ line, text: lines.slice(line - 1, lastLine).join('\n') }));
}

/** Visits every instruction with the working folder that it has. */
function walkPlaces(instructions: Instructions, use: (visit: Visit, folder: string) => void): void {
  const stages: Stage[] = [];
  const folders: string[] = [];
  const visitor = {
    from: ({ instruction, fill }: Visit) => {
      const stage = readStage(instruction, stages, fill);
      const parent = parentOf(stage, stages);
      stages.push(stage);
      folders.push(parent === undefined ? '/' : (folders[parent] ?? '/'));
      return parent;
    },
    visit: (visit: Visit) => {
      const { instruction, stage, fill } = visit;
      const folder = folders[stage] ?? '/';
      if (instruction.name === 'WORKDIR') folders[stage] = posix.resolve(folder, fill(instruction.rest));
      use(visit, folder);
    },
  };
  walkScopes(instructions, {}, visitor);
}

function findArgs({ instruction, stage }: Visit, { buildArgs }: Settings): AppsInput[] {
  if (instruction.name !== 'ARG') return [];
  const { line, rest } = instruction;
  const names = rest.split(/\s+/).map((word) => word.split('=')[0] ?? '');
  return names.filter(isAppsName).flatMap((written): AppsInput[] => {
    if (written === APPS_ARG) return stage === -1 ? [{ kind: 'global-arg', line, written }] : [];
    const isOther = /PATH|FILE|DIR/i.test(written) || Object.hasOwn(buildArgs, written);
    return isOther ? [] : [{ kind: 'other-arg', line, written }];
  });
}

/** `APPS_JSON`, `apps-json`, `APPS_JSON_B64`. */
function isAppsName(name: string): boolean {
  return /^apps?[-_.]?json(?:$|[-_.])/i.test(name);
}
