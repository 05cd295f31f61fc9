import { type Manifest, readableStep } from '@de-build/core';
import { countOf, formatAge, formatBytes, formatDuration } from '../terminal/quantities.ts';
import { clonedSections } from './cloned-sections.ts';
import { describeDialect } from './describe-dialect.ts';
import { sizesOf } from './image-sizes.ts';
import { leakItem, type ShownLeak, shownTimes } from './leak-parts.ts';
import { commit, type Facts, facts, note, quiet, type Report, right, section, table } from './model.ts';

/** Everything in a record, in sections. */
export function showReport(manifest: Manifest, now: Date): Report {
  const { frappe, apps, image, timing, buildArgs, audit, warnings } = manifest;
  const allApps = frappe === null ? apps : [frappe, ...apps];
  return {
    title: image.reference,
    parts: [
      factsOf(manifest, now),
      ...section('Apps', [
        table(
          ['name', 'version', 'ref', 'kind', 'commit', 'from'],
          allApps.map((app) => [
            app.name,
            app.version ?? '-',
            app.ref,
            app.kind,
            commit(app.commit),
            app.url,
          ]),
        ),
      ]),
      ...section('Other apps, not pinned', [
        table(
          ['name', 'version', 'ref', 'commit'],
          (manifest.unplannedApps ?? []).map((app) => [
            app.name,
            app.version ?? '-',
            app.ref ?? '-',
            app.commit === null ? '-' : commit(app.commit),
          ]),
        ),
      ]),
      ...clonedSections(manifest),
      ...section('Build args', [
        table(
          ['name', 'value', 'from'],
          Object.entries(buildArgs).map(([name, arg]) => [
            name,
            'redacted' in arg ? quiet('[redacted]') : arg.value,
            arg.source,
          ]),
        ),
      ]),
      ...section('Base images', [
        table(
          ['reference', 'digest'],
          image.baseImages.map((base) => [base.reference, base.digest ?? 'unknown']),
        ),
      ]),
      ...section('Steps', [
        table(
          [right('took'), 'step'],
          timing.steps.map(({ name, durationMs, cached }) => [
            cached ? quiet('cached') : formatDuration(durationMs),
            readableStep(name),
          ]),
        ),
      ]),
      ...section('Leaks', [
        { kind: 'list', items: recordedLeaks(audit).map(leakItem) },
        ...(audit?.omitted === undefined ? [] : [note(`… and ${countOf(audit.omitted, 'more place')}`)]),
      ]),
      ...section('Warnings', [
        table(
          ['', { heading: '', wraps: true }],
          warnings.map(({ id, what, accepted }) =>
            accepted === undefined
              ? [{ text: id, tone: 'warning' }, what]
              : [quiet(id), `${what} Accepted: ${accepted}`],
          ),
        ),
      ]),
    ],
  };
}

function factsOf(manifest: Manifest, now: Date): Facts {
  const { image, site, builder, cache, containerfile, context, createdAt, rebuild, audit } = manifest;
  const head = site.commit === null ? 'no git repository' : site.commit.slice(0, 12);
  const branch = site.branch === null ? '' : ` on ${site.branch}`;
  return facts([
    ['released', `${createdAt} (${formatAge(new Date(createdAt), now)})`],
    ['took', formatDuration(manifest.timing.durationMs)],
    ['image', image.id],
    ['size', sizesOf(image)],
    ['tags', image.tags.join(', ')],
    ...(manifest.pushed === undefined ? [] : [['pushed', manifest.pushed] as const]),
    ...(rebuild === undefined ? [] : [['rebuilt', `${rebuild.verdict} to ${rebuild.of}`] as const]),
    ['site', `${head}${branch}${site.dirty ? ', with changes' : ''}`],
    [
      'Containerfile',
      `${containerfile.path}, ${containerfile.digest} (${describeDialect(manifest.dialect)})`,
    ],
    ['context', `${context.files} files, ${formatBytes(context.sentBytes)} sent, ${context.digest}`],
    ['cache', cache.used ? `used (${cache.input})` : `not used: ${cache.reason ?? 'as asked'}`],
    [
      'built by',
      `${builder.kind} of ${builder.engineProduct} ${builder.engineVersion}, de-build ${manifest.deBuildVersion}`,
    ],
    ...(audit === undefined ? [] : [['audit', auditFact(audit)] as const]),
    ['plan', manifest.planDigest],
  ]);
}

type RecordedAudit = NonNullable<Manifest['audit']>;

/** The leaks of a record, by secret. */
function recordedLeaks({ leaks = [] }: Partial<RecordedAudit> = {}): readonly ShownLeak[] {
  const names = [...new Set(leaks.map(({ secret }) => secret))];
  return names.map((secret) => {
    const rows = leaks.filter((row) => row.secret === secret);
    const severity = rows.some((row) => row.severity === 'error') ? 'error' : 'warning';
    const places = rows.map(({ where, form, count }) => ({
      where,
      forms: shownTimes(form, count),
      madeBy: '',
    }));
    return { severity, secret, places, omitted: 0 };
  });
}

function auditFact(audit: RecordedAudit): string {
  const { mode, outcome, secrets, weak = [], unread } = audit;
  if (outcome === 'not-searched') return `not searched for secrets (${mode})`;
  const leaks = recordedLeaks(audit);
  const certain = leaks.filter(({ severity }) => severity === 'error');
  const none = unread === 0 ? 'none found' : 'none found in what was read';
  const unsure = leaks.length === 0 ? none : `none for certain, ${leaks.length} to look at`;
  const parts = [
    `searched for ${countOf(secrets, 'secret')}: ${outcome === 'clean' ? unsure : `${certain.length} found`}`,
    ...(unread === 0 ? [] : [`${countOf(unread, 'packed file')} not searched completely`]),
    ...(weak.length === 0 ? [] : [`${weak.join(', ')} too weak to be searched for`]),
  ];
  return parts.join('; ');
}
