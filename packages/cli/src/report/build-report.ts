import type { BuildPlan, ReleaseResult } from '@de-build/core';
import { countOf, formatDuration } from '../terminal/quantities.ts';
import { clonedSections } from './cloned-sections.ts';
import { describeDialect } from './describe-dialect.ts';
import { sizesOf } from './image-sizes.ts';
import { commit, digest, facts, MARKS, note, type Report, section, strong, table } from './model.ts';

/** What was released. */
export function releaseReport({ reference, imageId, manifestPath, manifest }: ReleaseResult): Report {
  const { image, timing, frappe, apps, repositories = [] } = manifest;
  const warnings = manifest.warnings.filter(({ accepted }) => accepted === undefined);
  const cloned = repositories.flatMap(({ app, ...one }) => (app === undefined ? [] : { ...one, name: app }));
  const all = [...(frappe === null ? [] : [frappe]), ...apps, ...cloned];
  const names = all.map((app) => `${app.name} ${app.version ?? app.commit.slice(0, 8)}`).join(', ');
  const notPinned = [
    ...(manifest.unplannedApps ?? []).map(({ name }) => name),
    ...(manifest.unpinnedRepositories ?? []).map(({ url }) => url),
  ];
  return {
    title: [MARKS.good, ' ', strong(`Released ${reference}`), ` in ${formatDuration(timing.durationMs)}`],
    parts: [
      facts([
        ['image', [digest(imageId), `, ${sizesOf(image)}`]],
        ['apps', names || 'none'],
        ...(notPinned.length === 0 ? [] : [['not pinned', notPinned.join(', ')] as const]),
        ...(manifest.pushed === undefined ? [] : [['pushed', manifest.pushed] as const]),
        ['record', manifestPath],
        ...(warnings.length === 0 ? [] : [['warnings', countOf(warnings.length, 'warning')] as const]),
      ]),
    ],
  };
}

/** What a release would build, and from what. */
export function planReport(plan: BuildPlan): Report {
  const { cache, sharedCache, replaces, target, platforms, network } = plan;
  const apps = plan.frappe === undefined ? plan.apps : [plan.frappe, ...plan.apps];
  return {
    title: `Would build ${plan.reference}`,
    parts: [
      facts([
        ['Containerfile', `${plan.containerfile.path} (${describeDialect(plan.dialect)})`],
        ['context', plan.context],
        [
          'cache',
          cache.use ? `used; ${CACHE_INPUTS[cache.input]}` : `not used: ${cache.reason ?? 'as asked'}`,
        ],
        ...(sharedCache.cacheFrom.length === 0
          ? []
          : [['cache from', sharedCache.cacheFrom.join(' ')] as const]),
        ...(sharedCache.cacheTo.length === 0 ? [] : [['cache to', sharedCache.cacheTo.join(' ')] as const]),
        ...(target === undefined ? [] : [['target', target] as const]),
        [
          'apps from',
          plan.tokenDelivery.mode === 'sources'
            ? 'this machine; no token enters the build'
            : 'their hosts, with the token in their URLs',
        ],
        ...(platforms.length === 0 ? [] : [['platform', platforms.join(', ')] as const]),
        ...(network === undefined ? [] : [['network', network] as const]),
        ['pull', plan.pull ? 'newer base images are pulled' : 'no'],
        ...(replaces === undefined ? [] : [['replaces', digest(replaces.imageId)] as const]),
        ['plan', plan.digest],
      ]),
      ...section('Apps', [
        table(
          ['name', 'ref', 'kind', 'commit', 'from'],
          apps.map((app) => [app.name, app.ref, app.kind, commit(app.commit), app.url]),
        ),
      ]),
      ...clonedSections(plan),
      ...section('Build args', [
        table(
          ['name', 'value', 'from'],
          Object.entries(plan.buildArgs).map(([name, { value, source }]) => [name, value, source]),
        ),
      ]),
      ...section('Base images', [
        table(
          ['reference', 'digest'],
          plan.baseImages.map((base) => [base.reference, base.digest ?? 'not on the engine yet']),
        ),
      ]),
      note('Nothing was changed.'),
    ],
  };
}

const CACHE_INPUTS: Readonly<Record<BuildPlan['cache']['input'], string>> = {
  sources: "the apps' files are part of its key",
  CACHE_BUST: 'CACHE_BUST carries the commits',
  'apps-json': 'apps.json carries the commits',
  none: 'nothing changed since the last release',
};
