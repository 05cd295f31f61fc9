import { join } from 'node:path';
import { findWriteObstacle } from '../../disk/write-obstacle.ts';
import type { Engine, EngineInfo, TaggedImage } from '../../engine/engine.ts';
import { freeBytes } from '../../engine/free-bytes.ts';
import { diskAlmostFull, manifestsNotWritable } from '../../errors/check-findings.ts';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import type { Finding } from '../../errors/finding.ts';
import { findingOf } from '../../flow/finding-of.ts';
import type { Tools } from '../../flow/tools.ts';
import { withinGrace } from '../../flow/within-grace.ts';
import type { Site } from '../../site/site.ts';
import { type CheckRun, runCheck } from './check.ts';

export interface EngineExamination {
  readonly engine: Engine | undefined;
  readonly info: EngineInfo | undefined;
  readonly tagged: readonly TaggedImage[];
}

/** Asks the engine who it is, which images of the site it has, and whether there is room for one more. */
export async function examineEngine(run: CheckRun, site: Site, tools: Tools): Promise<EngineExamination> {
  const seen = await runCheck(run, { id: 'engine', title: 'The Docker Engine' }, async () => {
    try {
      const engine = await tools.engine();
      const asking = Promise.all([engine.about(), engine.images.list(site.config.image)]);
      const [info, tagged] = await withinGrace(tools.signal, asking);
      return {
        value: { engine, info, tagged },
        findings: [],
        summary: `${info.product} ${info.version}, ${info.builder}`,
      };
    } catch (error) {
      if (!isDeBuildError(error)) throw error;
      return { findings: [findingOf(error)] };
    }
  });
  await runCheck(run, { id: 'disk', title: 'Disk space' }, () => checkDisk(site, seen?.info));
  return { engine: seen?.engine, info: seen?.info, tagged: seen?.tagged ?? [] };
}

/** Room where the engine keeps its images, when that is on this machine; room and the right to write where the records go. */
async function checkDisk(site: Site, info: EngineInfo | undefined) {
  const records = join(site.folder, site.config.manifests);
  const folders = [info?.dataFolder, records].filter((folder) => folder !== undefined);
  const findings: Finding[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const folder of folders) {
    const free = await freeBytes(folder);
    if (free === undefined) continue;
    least = Math.min(least, free);
    const wanted = folder === info?.dataFolder ? site.config.minimumFreeDisk : RECORD_BYTES;
    if (free < wanted) findings.push(diskAlmostFull(folder, { free, wanted }));
  }
  const obstacle = await findWriteObstacle(records);
  if (obstacle !== undefined) findings.push(manifestsNotWritable(records, obstacle));
  return Number.isFinite(least)
    ? { findings, summary: `${gigabytes(least)} free` }
    : { findings, skipped: 'the engine keeps its images on another machine' };
}

/** Enough for a manifest and our own caches. */
const RECORD_BYTES = 16 * 1024 * 1024;

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
