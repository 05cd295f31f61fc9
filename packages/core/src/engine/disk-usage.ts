import { z } from 'zod';
import { askEngine } from './ask-engine.ts';
import type { EngineTransport } from './transport.ts';

/** What an engine keeps on its disk, in bytes. */
export interface DiskUsage {
  /** Layers of all images, each once. */
  readonly imagesBytes: number;
  readonly buildCacheBytes: number;
  /** What containers wrote beside their volumes. */
  readonly containersBytes: number;
  readonly volumes: readonly {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    /** Absent where the engine does not measure it, as with a driver of its own. */
    readonly sizeBytes?: number;
  }[];
  /** By id: what is in no other image. */
  readonly ownBytes: ReadonlyMap<string, number>;
}

const Usage = z.looseObject({
  LayersSize: z.number().nullish(),
  Images: z
    .array(z.looseObject({ Id: z.string(), Size: z.number().default(0), SharedSize: z.number().default(0) }))
    .nullish(),
  Containers: z.array(z.looseObject({ SizeRw: z.number().nullish() })).nullish(),
  Volumes: z
    .array(
      z.looseObject({
        Name: z.string(),
        Labels: z.record(z.string(), z.string()).nullish(),
        UsageData: z.looseObject({ Size: z.number() }).nullish(),
      }),
    )
    .nullish(),
  BuildCache: z
    .array(z.looseObject({ Size: z.number().default(0), Shared: z.boolean().default(false) }))
    .nullish(),
});

/**
 * The engine reads every volume for it, which takes its time.
 * @throws DeBuildError `engine-silent` where it takes longer, `engine-*`
 */
export async function readDiskUsage(transport: EngineTransport, withinMs: number): Promise<DiskUsage> {
  const request = { method: 'GET', path: '/system/df', answerWithinMs: withinMs } as const;
  const { LayersSize, Images, Containers, Volumes, BuildCache } = await askEngine(transport, request, Usage);
  return {
    imagesBytes: LayersSize ?? 0,
    buildCacheBytes: sum((BuildCache ?? []).filter(({ Shared }) => !Shared).map(({ Size }) => Size)),
    containersBytes: sum((Containers ?? []).map(({ SizeRw }) => SizeRw ?? 0)),
    volumes: (Volumes ?? []).map(({ Name, Labels, UsageData }) => ({
      name: Name,
      labels: Labels ?? {},
      ...(UsageData && UsageData.Size >= 0 ? { sizeBytes: UsageData.Size } : {}),
    })),
    ownBytes: new Map((Images ?? []).map(({ Id, Size, SharedSize }) => [Id, Size - Math.max(0, SharedSize)])),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
