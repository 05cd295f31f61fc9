import type { Engine } from '../engine/engine.ts';
import { registryAccess } from '../engine/registry-credentials.ts';
import type { Tools } from '../flow/tools.ts';
import type { RegistryArchive } from '../manifests/archives.ts';
import { measureProgress } from '../progress/progress.ts';
import type { RestoreMethod } from './restore-method.ts';

/** Pulls the image from a registry, without checking first. */
export function registryMethod(
  { reference }: RegistryArchive,
  engine: Pick<Engine, 'registries'>,
  tools: Tools,
): RestoreMethod {
  return {
    kind: 'registry',
    from: reference,
    check: async () => ({ state: 'available' }),
    async restore() {
      const access = await registryAccess(reference, tools);
      const work = { id: `pull ${reference}`, title: `Pulling ${reference}`, unit: 'bytes' } as const;
      const meter = measureProgress(work, tools.emit);
      await engine.registries.pull(reference, { ...access, onProgress: meter.set });
      meter.end();
      return undefined;
    },
  };
}
