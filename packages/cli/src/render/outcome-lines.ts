import type { BuildPlan, CheckReport, ReleaseResult } from '@de-build/core';
import { makeVisible } from '@de-build/core';
import type { Page } from './finding-lines.ts';
import { countOf, formatBytes, formatDuration } from './quantities.ts';
import { layTable } from './table.ts';

/** What was released, in four lines. */
export function releasedLines(result: ReleaseResult, page: Page): readonly string[] {
  const { style } = page;
  const { image, timing, frappe, apps, warnings } = result.manifest;
  const all = frappe === null ? apps : [frappe, ...apps];
  const facts = [
    ['image', `${shortDigest(result.imageId)}, ${formatBytes(image.sizeBytes)}, ${image.platform}`],
    ['apps', all.map((app) => `${app.name} ${app.version ?? app.commit.slice(0, 8)}`).join(', ') || 'none'],
    ['record', result.manifestPath],
  ];
  if (warnings.length > 0) facts.push(['warnings', countOf(warnings.length, 'warning')]);
  return [
    `${style.green('✓')} ${style.bold(`Released ${makeVisible(result.reference)}`)} in ${formatDuration(timing.durationMs)}`,
    ...factLines(facts, page),
  ];
}

/** What a release would build, and from what. */
export function planLines(plan: BuildPlan, page: Page): readonly string[] {
  const { style } = page;
  const apps = plan.frappe === undefined ? plan.apps : [plan.frappe, ...plan.apps];
  const { cache } = plan;
  const facts = [
    ['Containerfile', `${plan.containerfile.path} (apps by ${plan.dialect})`],
    ['context', plan.context],
    ['builder', plan.builder],
    ['cache', cache.use ? `used; ${cacheInput(cache.input)}` : `not used: ${cache.reason ?? 'as asked'}`],
    ...(plan.target === undefined ? [] : [['target', plan.target]]),
    [
      'apps from',
      plan.tokenDelivery.means === 'mirror'
        ? 'the mirror; no token enters the build'
        : 'their hosts, with the token in their URLs',
    ],
    ...(plan.network === undefined ? [] : [['network', plan.network]]),
    ['pull', plan.pull ? 'newer base images are asked for' : 'no'],
    ...(plan.replaces === undefined ? [] : [['replaces', shortDigest(plan.replaces.imageId)]]),
    ['plan', plan.digest],
  ];
  const section = (title: string, rows: string[][], headings: string[]) =>
    rows.length === 0
      ? []
      : [
          '',
          style.bold(title),
          ...layTable(
            headings.map((heading) => ({ heading })),
            rows,
            { ...page, indent: '  ' },
          ),
        ];
  return [
    style.bold(`Would build ${makeVisible(plan.reference)}`),
    ...factLines(facts, page),
    ...section(
      'Apps',
      apps.map(({ name, ref, kind, commit, url }) => [name, ref, kind, commit.slice(0, 12), url]),
      ['NAME', 'REF', 'KIND', 'COMMIT', 'FROM'],
    ),
    ...section(
      'Build args',
      Object.entries(plan.buildArgs).map(([name, { value, source }]) => [name, value, source]),
      ['NAME', 'VALUE', 'FROM'],
    ),
    ...section(
      'Base images',
      plan.baseImages.map(({ reference, digest }) => [reference, digest ?? 'not on the engine yet']),
      ['REFERENCE', 'DIGEST'],
    ),
    '',
    'Nothing was changed.',
  ];
}

/** How the checks came out, in one line. */
export function reportLines(report: CheckReport, { style }: Page): readonly string[] {
  const { checks, errors, warnings } = report;
  const skipped = checks.filter(({ status }) => status === 'skipped').length;
  const told = [
    countOf(checks.length, 'check'),
    ...(errors === 0 ? [] : [style.red(countOf(errors, 'error'))]),
    ...(warnings === 0 ? [] : [style.yellow(countOf(warnings, 'warning'))]),
    ...(skipped === 0 ? [] : [`${skipped} skipped`]),
  ].join(', ');
  return [
    '',
    report.passed
      ? `${style.green('✓')} ${style.bold('Ready to release')}  ${told}`
      : `${style.red('✗')} ${style.bold('Not ready to release')}  ${told}`,
  ];
}

/** `sha256:0123456789ab` */
export function shortDigest(digest: string): string {
  return digest.replace(/^(sha256:)?([0-9a-f]{12})[0-9a-f]+$/, '$1$2');
}

function factLines(facts: readonly (readonly string[])[], page: Page): readonly string[] {
  const rows = facts.map(([name = '', value = '']) => [[name, page.style.dim] as const, value]);
  return layTable([{ heading: '' }, { heading: '' }], rows, { style: page.style, indent: '  ' });
}

function cacheInput(input: BuildPlan['cache']['input']): string {
  if (input === 'CACHE_BUST') return 'CACHE_BUST carries the commits';
  return input === 'apps-json' ? 'apps.json carries the commits' : 'nothing moved since the last release';
}
