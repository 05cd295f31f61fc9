import { allApps } from '../../apps/all-apps.ts';
import { plainValues } from '../../apps/plain-values.ts';
import { isSamePlatform } from '../../engine/platform-name.ts';
import { registryAccess } from '../../engine/registry-credentials.ts';
import {
  frozenNeedsSources,
  gitConfigHidden,
  platformsMany,
  platformsOnSeveralNodes,
  platformUnsupported,
  pushReplacesLocal,
  sourcesWouldBeCopied,
  sshNeedsSources,
  versionPushedBefore,
} from '../../errors/release-failures.ts';
import type { Tools } from '../../flow/tools.ts';
import { isSshUrl } from '../../git/ssh-url.ts';
import { findGraftConflicts } from '../../site/graft-conflicts.ts';
import { runPlatforms } from '../../site/run-platforms.ts';
import type { Decision } from './decision.ts';
import { sourceMounts } from './source-mounts.ts';

/**
 * Refuses a release that would fail in its build or its push.
 * @throws DeBuildError `sources-would-be-copied`, `git-config-hidden`, `frozen-needs-mirror`, `ssh-needs-mirror`,
 * `platforms-*`, `platform-unsupported`, `push-replaces-local`, `version-pushed-before`, `registry-*`, `engine-*`
 */
export async function requireFeasible(decision: Decision, tools: Tools): Promise<void> {
  requireDelivery(decision);
  await requirePlatforms(decision);
  await requireUnpushed(decision, tools);
}

/**
 * Several platforms are an index, which not every image store holds. Steps can run only for the platforms of the builder;
 * files can be copied for any.
 * @throws DeBuildError `platforms-many`, `platforms-on-several-nodes`, `platform-unsupported`
 */
export async function requirePlatforms({ plan, site, engine, buildArgs }: Decision): Promise<void> {
  if (plan.platforms.length > 1 && !(await engine.about()).holdsIndexes)
    throw platformsMany(plan.platforms, engine.endpoint);
  const text = site.containerfile?.text ?? '';
  const isOwn = plan.platforms.length === 0;
  // The builder runs its own.
  if (isOwn && !text.includes('--platform')) return;
  const { target } = plan;
  const own = (await engine.about()).platform;
  const run = (isOwn ? [own] : plan.platforms).flatMap((platform) => [
    ...runPlatforms(text, { target, platform, buildArgs: plainValues(buildArgs) }),
  ]);
  const wanted = [...new Set(run)].filter((platform) => !isOwn || platform !== own);
  if (wanted.length === 0) return;
  const nodes = await engine.platforms();
  const missingOn = (known: readonly string[]) =>
    wanted.find((platform) => !known.some((other) => isSamePlatform(other, platform)));
  if (nodes.some((known) => missingOn(known) === undefined)) return;
  const known = [...new Set(nodes.flat())];
  const missing = missingOn(known);
  if (missing !== undefined) throw platformUnsupported(missing, known);
  throw platformsOnSeveralNodes(wanted);
}

/** Grafted sources must stay out of the image; with `inject` the build itself clones what a ref points at, over http. */
function requireDelivery(decision: Decision): void {
  const { plan, site, isFrozen, frappe, apps } = decision;
  if (plan.tokenDelivery.mode === 'sources') {
    const { offer } = plan.tokenDelivery;
    const [conflict] = offer === 'graft' ? findGraftConflicts(site.containerfile?.text ?? '') : [];
    if (conflict !== undefined && allApps({ frappe, apps }).length > 0)
      throw sourcesWouldBeCopied(plan.containerfile.path, conflict);
    const mounted =
      site.containerfile && sourceMounts(decision, { containerfile: site.containerfile, cloned: [] });
    if (mounted?.hiddenGitConfig !== undefined && allApps({ frappe, apps }).length > 0)
      throw gitConfigHidden(plan.containerfile.path, mounted.hiddenGitConfig);
    return;
  }
  if (isFrozen) throw frozenNeedsSources();
  const overSsh = allApps({ frappe, apps }).filter(({ url }) => isSshUrl(url));
  if (overSsh.length > 0) throw sshNeedsSources(overSsh.map(({ name }) => name));
}

async function requireUnpushed({ plan, engine, force }: Decision, tools: Tools): Promise<void> {
  // The check of the tag has asked the registry.
  if (!plan.push || engine.imagesIn === 'registry') return;
  const { reference } = plan;
  if (plan.replaces !== undefined) throw pushReplacesLocal(reference);
  const digest = await engine.registries.digestOf(reference, await registryAccess(reference, tools));
  if (digest === undefined) return;
  if (!force) throw versionPushedBefore(reference, digest);
  const text = `${reference} is in its registry already (${digest}), and is replaced there.`;
  tools.emit({ type: 'notice', level: 'warning', text });
}
