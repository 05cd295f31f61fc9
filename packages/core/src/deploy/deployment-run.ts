import type { Compose, ResolvedProject } from '../compose/compose.ts';
import type { RunningProject } from '../compose/running-project.ts';
import type { Engine } from '../engine/engine.ts';
import { inStage } from '../flow/stage.ts';
import type { Tools } from '../flow/tools.ts';
import type { Bench } from '../frappe/bench/bench.ts';
import type { DeployedSite, Deployment, DeploymentFiles } from './deployment.ts';

/** What the stages of a deployment work with. */
export interface DeploymentRun {
  readonly deployment: Deployment;
  readonly project: RunningProject;
  readonly engine: Pick<Engine, 'containers'>;
  readonly compose: Compose;
  /** As its files describe it now. */
  readonly resolved: ResolvedProject;
  /** Of the image that is deployed. */
  readonly bench: Bench;
  readonly files: DeploymentFiles;
  /** Commands of the site that must succeed when it is served. */
  readonly gates: { readonly commands: readonly string[]; readonly folder: string };
  /** Writes the state of the deployment. */
  readonly save: () => Promise<void>;
  readonly tools: Tools;
}

export async function savedStage<Result>(
  { deployment, save, tools }: Pick<DeploymentRun, 'deployment' | 'save' | 'tools'>,
  name: string,
  title: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const entry: Deployment['stages'][number] = {
    name,
    state: 'started',
    startedAt: tools.now().toISOString(),
  };
  deployment.stages.push(entry);
  await save();
  try {
    const result = await inStage(tools, { stage: name, title }, work);
    entry.state = 'done';
    return result;
  } catch (error) {
    entry.state = 'failed';
    throw error;
  } finally {
    entry.endedAt = tools.now().toISOString();
    await save();
  }
}

export function isMigrated({ patches, doctypes }: Pick<DeployedSite, 'patches' | 'doctypes'>): boolean {
  return patches.length > 0 || doctypes.length > 0;
}

/** Those that visitors reach when they are not migrated. */
export function servedSites({ sites }: Pick<Deployment, 'sites'>): readonly string[] {
  return names(sites.filter(({ maintenance }) => !maintenance));
}

export function names(sites: readonly { readonly name: string }[]): readonly string[] {
  return sites.map(({ name }) => name);
}

export function list(sites: readonly { readonly name: string }[]): string {
  return names(sites).join(', ');
}
