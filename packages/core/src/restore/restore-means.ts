import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { pathOf } from '../archive/archive-release.ts';
import { digestFile } from '../archive/write-archive.ts';
import type { Engine } from '../engine/engine.ts';
import { findRegistryCredentials, registryOf } from '../engine/registry-credentials.ts';
import { archiveDamaged } from '../errors/restore-failures.ts';
import type { RecordedRelease } from '../flow/recorded-release.ts';
import type { Tools } from '../flow/tools.ts';
import { sumLayers } from '../flow/transfer-progress.ts';
import type { Archive, FileArchive, RegistryArchive } from '../manifests/archives.ts';
import type { RebuildOutcome } from '../rebuild/rebuild-report.ts';
import { rebuildMeans } from './restore-by-rebuild.ts';
import type { RestoreOptions } from './restore-release.ts';

/** `local`: it is there with its tag; `retag`: it is there and lost it. */
export type RestoreMeans = 'local' | 'retag' | 'archive' | 'registry' | 'rebuild';

/** What came of one means. */
export interface RestoreAttempt {
  readonly means: RestoreMeans;
  /** A tag, a file, a name in a registry, an id. */
  readonly from: string;
  /** `at-hand` and `not-there` are what a dry run says; a registry is not asked then. */
  readonly state: 'used' | 'failed' | 'at-hand' | 'not-there';
  /** Why it failed, or is not there. */
  readonly why?: string;
}

/** A means besides the image's being on the engine already. */
export interface Means {
  readonly means: RestoreMeans;
  readonly from: string;
  /** Why it can't be, as far as can be seen without trying. */
  fault(): Promise<Fault | undefined>;
  /** Puts the image onto the engine; a rebuild gives it its tag as well. @throws DeBuildError */
  bring(): Promise<RebuildOutcome | undefined>;
}

export interface Fault {
  readonly isThere: boolean;
  readonly why: string;
}

export interface Restoring {
  readonly release: RecordedRelease;
  readonly reference: string;
  readonly archives: readonly Archive[];
  readonly engine: Engine;
  readonly options: Pick<RestoreOptions, 'release' | 'from' | 'rebuild' | 'dryRun' | 'onProgress'>;
}

/** What may bring the image onto the engine, the cheapest first. */
export async function meansOf(restoring: Restoring, tools: Tools): Promise<readonly Means[]> {
  const { archives, release, options } = restoring;
  // The newest first.
  const ours = archives.filter(({ imageId }) => imageId === release.manifest.image.id).reverse();
  const files = ours.filter((archive): archive is FileArchive => archive.kind === 'file');
  const registries = ours.filter((archive): archive is RegistryArchive => archive.kind === 'registry');
  const { from, rebuild = 'identical' } = options;
  const moved =
    from === undefined ? [] : await Promise.all(files.map((file) => movedPath(file, resolve(from))));
  const places = [...moved, ...files.map((archive) => ({ archive, path: pathOf(archive, release.site) }))];
  const paths = new Set<string>();
  const distinct = places.filter(({ path }) => !paths.has(path) && paths.add(path));
  return [
    ...distinct.map((place) => fileMeans(place, restoring, tools)),
    ...registries.map((archive) => registryMeans(archive, restoring, tools)),
    ...(rebuild === 'never' ? [] : [rebuildMeans(rebuild, restoring, tools)]),
  ];
}

interface Place {
  readonly archive: FileArchive;
  readonly path: string;
}

/** `from` is the archive itself, or the folder that it was moved to. */
async function movedPath(archive: FileArchive, from: string): Promise<Place> {
  const isFile = await stat(from).then(
    (found) => found.isFile(),
    () => false,
  );
  return { archive, path: isFile ? from : join(from, basename(archive.path)) };
}

function fileMeans({ archive, path }: Place, { engine, options }: Restoring, tools: Tools): Means {
  const { signal } = tools;
  const total = archive.sizeBytes;
  const tell = (doing: 'checking' | 'loading') => (current: number) =>
    options.onProgress?.({ doing, what: path, current, total });
  return {
    means: 'archive',
    from: path,
    async fault() {
      try {
        const { size } = await stat(path);
        if (size === total) return undefined;
        return { isThere: true, why: `It has ${size} bytes, and ${total} were recorded.` };
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        const why = code === 'ENOENT' ? 'There is no such file.' : `It cannot be read (${code}).`;
        return { isThere: false, why };
      }
    },
    async bring() {
      const sha256 = await digestFile(path, signal, tell('checking'));
      if (sha256 !== archive.sha256) {
        throw archiveDamaged(path, `Its SHA-256 is ${sha256}, and ${archive.sha256} was recorded.`);
      }
      let bytes = 0;
      const tellLoading = tell('loading');
      const stream = createReadStream(path, { highWaterMark: 1024 * 1024 });
      stream.on('data', (chunk) => {
        bytes += chunk.length;
        tellLoading(bytes);
      });
      await engine.images.load(stream, signal);
      return undefined;
    },
  };
}

function registryMeans({ reference }: RegistryArchive, { engine, options }: Restoring, tools: Tools): Means {
  return {
    means: 'registry',
    from: reference,
    fault: async () => undefined,
    async bring() {
      const host = registryOf(reference);
      const credential = (await findRegistryCredentials([reference], tools.environment))[host];
      if (credential !== undefined) tools.redactor.add(credential.password);
      const onProgress = sumLayers('pulling', reference, options.onProgress ?? (() => undefined));
      await engine.registries.pull(reference, { credential, onProgress, signal: tools.signal });
      return undefined;
    },
  };
}
