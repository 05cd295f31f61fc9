import { findWriteObstacle } from '../../disk/write-obstacle.ts';
import type { Engine, EngineInfo, TaggedImage } from '../../engine/engine.ts';
import { freeBytes } from '../../engine/free-bytes.ts';
import { diskAlmostFull, manifestsNotWritable } from '../../errors/check-findings.ts';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import type { Finding } from '../../errors/finding.ts';
import { engineWithBuilder } from '../../flow/engine-with-builder.ts';
import { findingOf } from '../../flow/finding-of.ts';
import type { OpenSite } from '../../flow/open-site.ts';
import type { Tools } from '../../flow/tools.ts';
import { withinGrace } from '../../flow/within-grace.ts';
import type { CheckOutcome } from './check.ts';

export interface SeenEngine {
  readonly engine: Engine;
  readonly info: EngineInfo;
  /** Images of the site on the engine. */
  readonly tagged: readonly TaggedImage[];
}

/** The engine must answer, and be able to build the Containerfile. */
export async function checkEngine(
  site: OpenSite,
  wantedBuilder: string | undefined,
  tools: Tools,
): Promise<CheckOutcome<SeenEngine>> {
  const { config, unknownSettings } = site;
  try {
    const engine = await engineWithBuilder(site, wantedBuilder, tools);
    const listing = unknownSettings.has('image') ? [] : engine.images.list(config.image);
    const asking = Promise.all([engine.about(), listing]);
    const [info, tagged] = await withinGrace(tools.signal, asking);
    return {
      value: { engine, info, tagged },
      findings: [],
      summary: [
        engine.imagesIn === 'registry'
          ? `No engine; registry ${engine.endpoint}`
          : `Docker Engine ${info.version}`,
        ...builderOf(engine),
      ].join(', '),
    };
  } catch (error) {
    if (!isDeBuildError(error)) throw error;
    return { findings: [findingOf(error)] };
  }
}

function builderOf({ builder }: Engine): readonly string[] {
  return builder === undefined ? [] : [`builder ${builder.name} (BuildKit ${builder.version})`];
}

/** Enough for a manifest and our own caches. */
const RECORD_BYTES = 16 * 1024 * 1024;

/** There must be free space where the engine keeps its images, if that is on this machine, and in the folder of records. */
export async function checkDisk(
  { config, records }: OpenSite,
  info: EngineInfo | undefined,
): Promise<CheckOutcome<never>> {
  const folders = [info?.dataFolder, records].filter((folder) => folder !== undefined);
  const findings: Finding[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const folder of folders) {
    const free = await freeBytes(folder);
    if (free === undefined) continue;
    least = Math.min(least, free);
    const wanted = folder === info?.dataFolder ? config.minimumFreeDisk : RECORD_BYTES;
    if (free < wanted) findings.push(diskAlmostFull(folder, { free, wanted }));
  }
  const obstacle = await findWriteObstacle(records);
  if (obstacle !== undefined) findings.push(manifestsNotWritable(records, obstacle));
  return Number.isFinite(least)
    ? { findings, summary: `${(least / 1e9).toFixed(1)} GB free` }
    : { findings, skipped: 'the engine keeps its images on another machine' };
}
