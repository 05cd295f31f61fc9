import type { Manifest } from '@de-build/core';
import type { Terminal } from '../io.ts';
import { countOf, formatAge, formatBytes, formatDuration } from './quantities.ts';
import { createStyle, type Style } from './style.ts';
import { type Cell, type Column, layTable } from './table.ts';

/** Everything that a record holds, in sections. */
export function renderShow(manifest: Manifest, terminal: Terminal, now = new Date()): string {
  const style = createStyle(terminal.hasColours);
  const layout = terminal.isTTY ? { style, columns: terminal.columns } : { style };
  const lines: string[] = [];
  const add = (title: string, headings: readonly (string | Column)[], rows: readonly (readonly Cell[])[]) => {
    if (rows.length === 0) return;
    const columns = headings.map((heading) => (typeof heading === 'string' ? { heading } : heading));
    lines.push('', style.bold(title), ...layTable(columns, rows, { ...layout, indent: '  ' }));
  };
  const { frappe, apps, image, timing } = manifest;
  add(image.reference, ['', ''], factsOf(manifest, style, now));
  add(
    'Apps',
    ['NAME', 'VERSION', 'REF', 'KIND', 'COMMIT', 'FROM'],
    (frappe === null ? apps : [frappe, ...apps]).map(({ name, version, ref, kind, commit, url }) => [
      name,
      version ?? '-',
      ref,
      kind,
      commit.slice(0, 12),
      url,
    ]),
  );
  add(
    'Build args',
    ['NAME', 'VALUE', 'FROM'],
    Object.entries(manifest.buildArgs).map(([name, arg]) => [
      name,
      'redacted' in arg ? ['[redacted]', style.dim] : arg.value,
      arg.source,
    ]),
  );
  add(
    'Base images',
    ['REFERENCE', 'DIGEST'],
    image.baseImages.map(({ reference, digest }) => [reference, digest ?? 'unknown']),
  );
  add(
    'Steps',
    [{ heading: 'TOOK', side: 'right' }, 'STEP'],
    timing.steps.map(({ name, durationMs, cached }) => [
      cached ? ['cached', style.dim] : formatDuration(durationMs),
      name,
    ]),
  );
  add(
    'Leaks',
    ['', '', ''],
    (manifest.audit?.leaks ?? []).map(({ severity, secret, form, where }) => [
      [severity, severity === 'error' ? style.red : style.yellow],
      `${secret} (${form})`,
      where,
    ]),
  );
  add(
    'Warnings',
    ['', ''],
    manifest.warnings.map(({ id, what }) => [[id, style.yellow], what]),
  );
  return `${lines.slice(1).join('\n')}\n`;
}

function factsOf(manifest: Manifest, style: Style, now: Date): readonly (readonly Cell[])[] {
  const { image, site, builder, cache, containerfile, context, createdAt } = manifest;
  const commit = site.commit === null ? 'no git repository' : site.commit.slice(0, 12);
  const facts: (readonly [string, string])[] = [
    ['released', `${createdAt} (${formatAge(new Date(createdAt), now)})`],
    ['took', formatDuration(manifest.timing.durationMs)],
    ['image', image.id],
    ['size', `${formatBytes(image.sizeBytes)}, ${image.platform}`],
    ['tags', image.tags.join(', ')],
    ...(manifest.rebuild === undefined
      ? []
      : [['rebuilt', `${manifest.rebuild.verdict} to ${manifest.rebuild.of}`] as const]),
    [
      'site',
      `${commit}${site.branch === null ? '' : ` on ${site.branch}`}${site.dirty ? ', with changes' : ''}`,
    ],
    ['Containerfile', `${containerfile.path}, ${containerfile.digest} (apps by ${manifest.dialect})`],
    ['context', `${context.files} files, ${formatBytes(context.sentBytes)} sent, ${context.digest}`],
    ['cache', cache.used ? `used (${cache.input})` : `not used: ${cache.reason ?? 'as asked'}`],
    [
      'built by',
      `${builder.kind} of ${builder.engineProduct} ${builder.engineVersion}, de-build ${manifest.deBuildVersion}`,
    ],
    ...(manifest.audit === undefined ? [] : [['audit', auditFact(manifest.audit)] as const]),
    ['plan', manifest.planDigest],
  ];
  return facts.map(([name, value]) => [[name, style.dim], value]);
}

function auditFact({ mode, outcome, secrets, unread }: NonNullable<Manifest['audit']>): string {
  if (outcome === 'not-searched') return `not searched for secrets (${mode})`;
  const searched = `searched for ${countOf(secrets, 'secret')}`;
  const left = unread === 0 ? '' : `, ${countOf(unread, 'packed file')} not to the end`;
  return `${searched}: ${outcome === 'clean' ? 'none found' : 'secrets found'}${left}`;
}
