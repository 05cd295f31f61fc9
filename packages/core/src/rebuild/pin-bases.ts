import { copyFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Decision } from '../release/plan/decision.ts';
import { stagesWith } from '../site/parse-containerfile.ts';
import { platformArgs } from '../site/platform-args.ts';
import { repointStages } from '../site/repoint-stages.ts';
import { baseTag } from '../version/version-tag.ts';
import type { FoundBase } from './find-bases.ts';

export interface PinnedDecision {
  readonly decision: Decision;
  /** Removes the tags that were given. */
  unpin(): Promise<void>;
}

/**
 * Makes the build use base images whose names have moved: by their digests, where the builder knows source policies and can have
 * them so; else they get temporary tags, and a copy of the Containerfile outside the context names them.
 * @param folder where the copy is written
 */
export async function pinBases(
  decision: Decision,
  { bases, folder }: { readonly bases: readonly FoundBase[]; readonly folder: string },
): Promise<PinnedDecision> {
  const { images } = decision.engine;
  const { image, siteVersion } = decision.plan;
  const names = new Map<string, string>();
  const given: string[] = [];
  const digests: Record<string, string> = {};
  const unpin = async () => {
    for (const name of given) await images.untag(name).catch(() => undefined);
  };
  try {
    const usesPolicies = hasPolicies(decision);
    for (const { reference, digest, imageId, isByDigest } of bases) {
      if (isByDigest && usesPolicies && digest !== null) {
        digests[reference] = digest;
        continue;
      }
      if (imageId === undefined) continue;
      const name = `${image}:${baseTag(siteVersion, imageId)}`;
      const details = await images.inspect(imageId);
      await images.tag(imageId, name);
      names.set(reference, name);
      // An engine deletes an image with its last name.
      if ((details?.tags.length ?? 0) > 0) given.push(name);
    }
    const pinned = { ...decision, baseDigests: digests };
    if (names.size === 0) return { decision: pinned, unpin };
    const containerfile = await writeContainerfile(decision, { names, folder });
    return { decision: { ...pinned, files: { ...decision.files, containerfile } }, unpin };
  } catch (error) {
    await unpin();
    throw error;
  }
}

/** BuildKit knows source policies from Docker Engine 23 on, as it does named contexts. */
function hasPolicies({ engine, plan: { tokenDelivery } }: Decision): boolean {
  return (
    engine.builder !== undefined ||
    (tokenDelivery.mode === 'sources' && tokenDelivery.offer === 'named-context')
  );
}

async function writeContainerfile(
  { site, plan, files }: Decision,
  { names, folder }: { readonly names: ReadonlyMap<string, string>; readonly folder: string },
): Promise<string> {
  const { containerfile } = site;
  if (containerfile === undefined) throw new Error('A rebuild was decided without a Containerfile.');
  const args = Object.entries(plan.buildArgs).map(([name, { value }]) => [name, value] as const);
  const [platform = 'linux/amd64'] = plan.platforms;
  const buildArgs = { ...platformArgs(platform), ...Object.fromEntries(args) };
  const lines = stagesWith(containerfile, buildArgs).flatMap(({ line, from, isStage }) => {
    const name = isStage ? undefined : names.get(from);
    return name === undefined ? [] : [[line, name] as const];
  });
  const path = join(folder, basename(containerfile.path));
  await writeFile(path, repointStages(containerfile, new Map(lines)));
  await copyIgnoreFile(files.containerfile, path);
  return path;
}

/** A Containerfile may have its own ignore file. */
async function copyIgnoreFile(from: string, to: string): Promise<void> {
  await copyFile(`${from}.dockerignore`, `${to}.dockerignore`).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}
