import { stat } from 'node:fs/promises';
import type { Deployment } from '../deploy/deployment.ts';

/** The dumps of a site that are here. */
export interface BackupStatus {
  readonly site: string;
  readonly count: number;
  readonly totalBytes: number;
  readonly newest: {
    readonly path: string;
    readonly sizeBytes: number;
    /** When the deployment that made it was started; ISO 8601, UTC. */
    readonly at: string;
    /** The release that it was made before. */
    readonly before: string;
  };
}

/** @param deployments the newest first */
export async function backupsOf(deployments: readonly Deployment[]): Promise<readonly BackupStatus[]> {
  const found = await Promise.all(
    deployments.flatMap(({ startedAt, to, sites }) =>
      sites.map(async ({ name: site, dump }) => {
        const size = dump && (await stat(dump.path).catch(() => undefined))?.size;
        if (dump === undefined || size === undefined) return [];
        return [{ site, path: dump.path, sizeBytes: size, at: startedAt, before: to.siteVersion }];
      }),
    ),
  );
  const dumps = found.flat();
  return [...new Set(dumps.map(({ site }) => site))].sort().flatMap((site) => {
    const own = dumps.filter((one) => one.site === site);
    const [first] = own;
    if (first === undefined) return [];
    const { site: _, ...newest } = first;
    return [
      { site, count: own.length, totalBytes: own.reduce((sum, one) => sum + one.sizeBytes, 0), newest },
    ];
  });
}
