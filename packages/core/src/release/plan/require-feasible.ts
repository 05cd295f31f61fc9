import { allApps } from '../../apps/all-apps.ts';
import { plainValues } from '../../apps/plain-values.ts';
import { registryAccess } from '../../engine/registry-credentials.ts';
import {
  frozenNeedsSources,
  gitConfigHidden,
  platformUnsupported,
  pushReplacesLocal,
  sourcesWouldBeCopied,
  sshNeedsSources,
  versionPushedBefore,
} from '../../errors/release-failures.ts';
import type { Tools } from '../../flow/tools.ts';
import { isSshUrl } from '../../git/ssh-url.ts';
import { findGraftConflicts } from '../../site/graft-conflicts.ts';
import { runPlatforms, TARGET_PLATFORM } from '../../site/run-platforms.ts';
import { normalizePlatform } from './choose-platform.ts';
import type { Decision } from './decision.ts';
import { sourceMounts } from './source-mounts.ts';

/**
 * Refuses a release that would fail in its build or its push.
 * @throws DeBuildError `sources-would-be-copied`, `git-config-hidden`, `frozen-needs-mirror`, `ssh-needs-mirror`,
 * `platform-unsupported`, `push-replaces-local`, `version-pushed-before`, `registry-*`, `engine-*`
 */
export async function requireFeasible(decision: Decision, tools: Tools): Promise<void> {
  requireDelivery(decision);
  await requirePlatform(decision);
  await requireUnpushed(decision, tools);
}

/** Steps can run only for the platforms of the builder; files can be copied for any. @throws DeBuildError `platform-unsupported` */
export async function requirePlatform({ plan, site, engine, buildArgs }: Decision): Promise<void> {
  const text = site.containerfile?.text ?? '';
  const run = runPlatforms(text, { target: plan.target, buildArgs: plainValues(buildArgs) });
  const wanted = [...run]
    .map((platform) => (platform === TARGET_PLATFORM ? plan.platform : normalizePlatform(platform)))
    .filter((platform) => platform !== undefined);
  if (wanted.length === 0) return;
  const known = await engine.platforms();
  const missing = wanted.find((platform) => !known.some((other) => normalizePlatform(other) === platform));
  if (missing !== undefined) throw platformUnsupported(missing, known);
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
