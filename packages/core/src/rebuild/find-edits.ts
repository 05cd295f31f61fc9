import { allApps } from '../apps/all-apps.ts';
import { digestCommits } from '../apps/commits-digest.ts';
import { manifestEdited } from '../errors/rebuild-failures.ts';
import type { RecordedRelease } from '../flow/recorded-release.ts';
import { readCompanion } from '../manifests/companion.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { PLAN_DIGEST_LABEL } from '../manifests/plan-label.ts';
import { provenanceOf, type ResourceDescriptor } from '../manifests/provenance.ts';

/**
 * Compares a manifest with itself and with the provenance that was written with it: an edit by hand changes only one place.
 * @throws DeBuildError `manifest-edited`
 */
export async function assertUnedited({ manifest, site, name }: RecordedRelease): Promise<void> {
  const statement = await readCompanion(site.records, { version: name, companion: '.intoto.json' });
  const found = [
    ...disagreementsWithin(manifest),
    ...(statement === undefined ? [] : disagreementsWith(manifest, statement)),
  ];
  if (found.length > 0) throw manifestEdited(`${name}.json`, [...new Set(found)]);
}

/** Digests in a manifest that do not agree with the rest of it. */
export function disagreementsWithin(manifest: Manifest): readonly string[] {
  const { cache, image, planDigest } = manifest;
  const found: string[] = [];
  const commits = digestCommits(allApps(manifest));
  if (cache.digest !== undefined && cache.digest !== commits)
    found.push(`The digest of its commits is ${commits}, and ${cache.digest} is recorded`);
  const label = image.labels[PLAN_DIGEST_LABEL];
  if (label !== undefined && label !== planDigest)
    found.push(`The image's label has the plan ${label}, and the manifest ${planDigest}`);
  return found;
}

/** Another de-build may have written the statement in another form, so only the digests are compared. */
function disagreementsWith(manifest: Manifest, text: string): readonly string[] {
  const recorded = dependenciesOf(parse(text));
  if (recorded === undefined) return [];
  const now = dependenciesOf(provenanceOf(manifest)) ?? new Map();
  return [...now].flatMap(([name, digest]) => {
    const before = recorded.get(name);
    if (before === undefined || before === digest) return [];
    return [`The provenance has ${name} at ${before}, and the manifest at ${digest}`];
  });
}

interface Statement {
  readonly subject?: readonly ResourceDescriptor[];
  readonly predicate?: {
    readonly buildDefinition?: { readonly resolvedDependencies?: readonly ResourceDescriptor[] };
  };
}

function dependenciesOf(statement: Statement | undefined): ReadonlyMap<string, string> | undefined {
  const { subject, predicate } = statement ?? {};
  const dependencies = predicate?.buildDefinition?.resolvedDependencies;
  if (!Array.isArray(subject) || !Array.isArray(dependencies)) return undefined;
  const named = [...subject.map((each) => ({ ...each, name: 'the image' })), ...dependencies];
  return new Map(
    named.flatMap(({ name, digest }: ResourceDescriptor) =>
      Object.entries(digest ?? {}).map(
        ([algorithm, value]) => [name ?? '', `${algorithm}:${value}`] as const,
      ),
    ),
  );
}

function parse(text: string): Statement | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
