import type { Deployment } from '../deploy/deployment.ts';
import { isMigrated } from '../deploy/deployment-run.ts';

/** The deployments that a rollback takes back, the newest first, and what it amounts to. */
export interface RollbackPlan {
  readonly taken: readonly [Deployment, ...Deployment[]];
  /** From the release before the oldest to that of the newest; its sites have the dump that they go back to. */
  readonly whole: Deployment;
}

/**
 * Which deployments lie between what runs and a release, and whether the databases can go back with it.
 * @param deployments of the project, the newest first
 * @param release the one before the last deployment unless given
 * @param running id of the image that serves
 * @returns why there is no way back, as a sentence
 */
export function planRollback(
  deployments: readonly Deployment[],
  release: string | undefined,
  running: string,
): RollbackPlan | { readonly refused: string } | undefined {
  const inService = deployments.filter(({ state }) => state !== 'undone' && state !== 'rolled-back');
  if (inService.length === 0) return undefined;
  const at = release === undefined ? 0 : inService.findIndex(({ from }) => from.siteVersion === release);
  if (at === -1) {
    const known = [...new Set(inService.map(({ from }) => from.siteVersion))];
    return {
      refused: `No deployment from this folder replaced it; there is a way back to ${known.join(', ')}.`,
    };
  }
  const taken = inService.slice(0, at + 1) as [Deployment, ...Deployment[]];
  const [newest] = taken;
  const oldest = taken.at(-1) ?? newest;
  // The oldest dump has what was before everything that came later, whoever did that.
  const dumped = taken.findLastIndex(({ sites }) => sites.some(wasMigrated));
  const gap = findGap(taken, running).find((index) => index > dumped);
  if (gap !== undefined) return { refused: describeGap(taken, gap) };
  const created = newest.sites.find(({ name }) => !oldest.sites.some((one) => one.name === name));
  if (created !== undefined && dumped !== -1)
    return {
      refused: `${created.name} was created since, with a newer schema, and has no dump from before.`,
    };
  const sites = newest.sites.map((site) => {
    const first = taken
      .map((one) => one.sites.find(({ name }) => name === site.name))
      .findLast((one) => one !== undefined && wasMigrated(one));
    return first === undefined
      ? { ...site, migration: undefined, patches: [], doctypes: [] }
      : { ...first, maintenance: site.maintenance };
  });
  return { taken, whole: { ...newest, from: oldest.from, sites } };
}

function wasMigrated(site: Deployment['sites'][number]): boolean {
  return isMigrated(site) && (site.migration === 'started' || site.migration === 'done');
}

/** Where something else was brought up after a deployment, by its index. A rollback that was broken off is nothing else. */
function findGap(taken: RollbackPlan['taken'], running: string): readonly number[] {
  return taken.flatMap((one, index) => {
    const next = index === 0 ? running : taken[index - 1]?.from.imageId;
    const isBack = index === 0 && taken.some(({ from }) => from.imageId === running);
    return one.state === 'done' && next !== one.to.imageId && !isBack ? [index] : [];
  });
}

function describeGap(taken: RollbackPlan['taken'], index: number): string {
  const { to } = taken[index] ?? taken[0];
  const later = taken[index - 1];
  const what =
    later === undefined
      ? 'Something else runs now'
      : `${later.from.reference} ran before ${later.to.siteVersion}`;
  return `${what}, which de-build did not deploy over ${to.siteVersion}: it may have migrated a database, and there is no dump from before that.`;
}
