import { recordedApps } from '../../apps/all-apps.ts';
import { billOfMaterials } from '../../audit/bill-of-materials.ts';
import type { ImageFiles } from '../../audit/image-files.ts';
import { digestContext } from '../../engine/context/context-digest.ts';
import type { BuiltImage } from '../../engine/engine.ts';
import { parseReference } from '../../engine/images/image-reference.ts';
import { ownVersion } from '../../flow/own-version.ts';
import type { Tools } from '../../flow/tools.ts';
import type { Companion } from '../../manifests/companion.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import { recordText } from '../../manifests/manifest-text.ts';
import { provenanceOf } from '../../manifests/provenance.ts';
import type { Redactor } from '../../secrets/redactor.ts';
import type { Decision } from '../plan/decision.ts';
import type { ExaminedImage } from '../verify/examine-image.ts';
import type { ImageSearch } from '../verify/search-image.ts';
import { manifestOf } from './manifest-of.ts';

/** The results of the earlier stages. */
export interface ReleaseOutcome {
  readonly startedAt: Date;
  readonly built: BuiltImage;
  /** For each of its platforms. */
  readonly examined: readonly ExaminedImage[];
  readonly search: ImageSearch | undefined;
  /** Its digest in its registry, if it was pushed. */
  readonly pushed?: string | undefined;
  /** Set when it replaces a recorded image. */
  readonly rebuild?: Manifest['rebuild'];
}

/** Everything that is written about a release. */
export interface ReleaseRecord {
  readonly manifest: Manifest;
  readonly text: string;
  readonly companions: readonly { readonly companion: Companion; readonly text: string }[];
}

/** Makes the record of a release; every text in it is redacted. */
export async function describeRelease(
  { plan, engine, audit }: Decision,
  { startedAt, built, examined, search, pushed, rebuild }: ReleaseOutcome,
  tools: Pick<Tools, 'redactor' | 'now'>,
): Promise<ReleaseRecord> {
  const info = await engine.about();
  const manifest = manifestOf({
    plan,
    engine: info,
    built,
    builder: engine.builder,
    examined,
    audit: { mode: audit, search },
    tags: [plan.reference],
    rebuild,
    pushed,
    context: built.context ?? { digest: await digestContext([]), files: 0 },
    startedAt,
    now: tools.now(),
    deBuildVersion: ownVersion(),
  });
  return recordOf(manifest, examined[0]?.files, tools.redactor);
}

export function recordOf(
  manifest: Manifest,
  files: Pick<ImageFiles, 'packages'> | undefined,
  redactor: Redactor,
): ReleaseRecord {
  const textOf = (value: unknown) => `${JSON.stringify(redactor.redactValue(value), undefined, 2)}\n`;
  const provenance = { companion: '.intoto.json', text: textOf(provenanceOf(manifest)) } as const;
  const bill = files && ({ companion: '.cdx.json', text: textOf(billOf(manifest, files)) } as const);
  return {
    manifest,
    text: recordText(manifest, redactor),
    companions: bill === undefined ? [provenance] : [provenance, bill],
  };
}

function billOf(manifest: Manifest, files: Pick<ImageFiles, 'packages'>): unknown {
  return billOfMaterials({
    image: parseReference(manifest.image.reference).repository,
    siteVersion: manifest.siteVersion,
    imageId: manifest.image.id,
    createdAt: manifest.createdAt,
    deBuildVersion: manifest.deBuildVersion,
    apps: recordedApps(manifest),
    packages: files.packages,
  });
}
