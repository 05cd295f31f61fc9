import type { DiskUsage } from '../engine/engine.ts';
import { freeBytes } from '../engine/free-bytes.ts';
import type { BenchLoad } from '../frappe/bench/bench-answers.ts';
import { omitUndefined } from '../omit-undefined.ts';

/** Room on the disks, in bytes; what nobody could tell is absent. */
export interface DiskStatus {
  /** Where the sites are, as a container of the project sees it. */
  readonly sites?: { readonly freeBytes: number; readonly diskBytes: number };
  /** Where the backups are. */
  readonly backupsFreeBytes?: number;
  /** Volumes of the project, the largest first. */
  readonly volumes?: readonly { readonly name: string; readonly sizeBytes: number }[];
  /** All images of the engine. */
  readonly imagesBytes?: number;
  readonly buildCacheBytes?: number;
}

export async function diskOf(
  project: string,
  folder: string,
  load: BenchLoad | undefined,
  usage: DiskUsage | undefined,
): Promise<DiskStatus> {
  const volumes = usage?.volumes
    .filter(({ labels }) => labels['com.docker.compose.project'] === project)
    .flatMap(({ name, labels, sizeBytes }) =>
      sizeBytes === undefined ? [] : [{ name: labels['com.docker.compose.volume'] ?? name, sizeBytes }],
    )
    .sort((a, b) => b.sizeBytes - a.sizeBytes);
  return omitUndefined({
    sites: load && { freeBytes: load.freeBytes, diskBytes: load.diskBytes },
    backupsFreeBytes: await freeBytes(folder),
    volumes,
    imagesBytes: usage?.imagesBytes,
    buildCacheBytes: usage?.buildCacheBytes,
  });
}
