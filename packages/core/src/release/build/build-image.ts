import { randomBytes } from 'node:crypto';
import type { BuildRequest, BuiltImage } from '../../engine/engine.ts';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import { EXIT } from '../../errors/exit-codes.ts';
import { type RunJournal, startJournal } from '../../flow/journal.ts';
import { inStage } from '../../flow/stage.ts';
import type { Tools } from '../../flow/tools.ts';
import { withinGrace } from '../../flow/within-grace.ts';
import { buildingTag } from '../../version/version-tag.ts';
import type { Decision } from '../plan/decision.ts';
import { buildRequest } from './build-request.ts';
import { fetchSources } from './fetch-sources.ts';

/**
 * Builds the image under a temporary tag, hands it to `use`, and removes the temporary tag in every case. An image without
 * another name is removed with it. If this run dies, the next one does it.
 */
export async function buildImage<Result>(
  decision: Decision,
  tools: Tools,
  use: (built: BuiltImage, journal: RunJournal, request: BuildRequest) => Promise<Result>,
): Promise<Result> {
  const { plan, engine, site } = decision;
  const temporary = `${plan.image}:${buildingTag(plan.siteVersion, randomBytes(4).toString('hex'))}`;
  const journal = await startJournal(site.own.of('records').journal, [temporary]);
  let { signal } = tools;
  try {
    const fetched = await fetchSources(decision, tools);
    const title = `Building ${plan.reference}`;
    const { built, request } = await inStage(tools, { stage: 'build', title }, async () => {
      const request = await buildRequest(decision, { temporary, fetched }, tools);
      return { built: await engine.build(request), request };
    });
    return await use(built, journal, request);
  } catch (error) {
    // Another image has the version, and none of ours does.
    if (isDeBuildError(error) && error.exitCode === EXIT.conflict) journal.settle();
    // Don't wait again for an engine that is gone or hangs.
    if (isDeBuildError(error) && error.exitCode === EXIT.engine) signal = AbortSignal.abort();
    throw error;
  } finally {
    const isUntagged = await withinGrace(signal, engine.images.untag(temporary), UNTAG_GRACE_MS).then(
      () => true,
      () => false,
    );
    if (isUntagged) await journal.close();
  }
}

/** With the two seconds that a build has to cancel, an interrupted release ends within five. */
const UNTAG_GRACE_MS = 3_000;
