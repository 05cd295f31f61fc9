import { describePlace } from '../../audit/leaks/describe-leak.ts';
import { describeUnread } from '../../audit/leaks/describe-unread.ts';
import type { Leak } from '../../audit/leaks/leak.ts';
import { imageLeaks } from '../../errors/audit-failures.ts';
import type { Tools } from '../../flow/tools.ts';
import { quarantinedTag } from '../../version/version-tag.ts';
import type { Decision } from '../plan/decision.ts';
import type { ImageSearch } from './search-image.ts';

/**
 * Reports what the audit found, and refuses an image that holds a secret of the site.
 * @throws DeBuildError `image-leaks`
 */
export async function judgeLeaks(
  { plan, engine, audit: mode, keepsFailed }: Decision,
  { imageId, search }: { readonly imageId: string; readonly search: ImageSearch | undefined },
  tools: Tools,
): Promise<void> {
  if (search === undefined) return;
  reportSearch(search, tools);
  const errors = search.leaks.filter(({ severity }) => severity === 'error');
  if (errors.length === 0 || mode !== 'fail') return;
  const quarantine = keepsFailed ? `${plan.image}:${quarantinedTag(plan.siteVersion, imageId)}` : undefined;
  if (quarantine !== undefined) await engine.images.tag(imageId, quarantine);
  if (engine.imagesIn === 'registry' && quarantine === undefined) {
    const text = `The refused image is in its registry, without a tag, as ${plan.image}@${imageId}. Delete it there, and replace the secrets that it holds.`;
    tools.emit({ type: 'notice', level: 'warning', text });
  }
  const found = errors.map((leak) => ({ secret: leak.secret, where: describePlace(leak.place) }));
  const isInjected = plan.tokenDelivery.mode === 'inject';
  const isInRegistry = engine.imagesIn === 'registry';
  throw imageLeaks(plan.reference, found, { quarantine, isInjected, isInRegistry });
}

/** Every leak as an event, and what could not be searched. */
export function reportSearch(search: ImageSearch, tools: Pick<Tools, 'emit'>): void {
  const { leaks, omitted } = search;
  for (const leak of leaks) tools.emit({ type: 'leak', leak, where: describePlace(leak.place) });
  if (omitted > 0) {
    tools.emit({
      type: 'notice',
      level: 'warning',
      text: `There are ${omitted} more leaks of the same kinds.`,
    });
  }
  for (const text of describeUnread(search)) tools.emit({ type: 'notice', level: 'warning', text });
}

/** For the record. */
export function recordedLeaks(leaks: readonly Leak[]) {
  return leaks.map(({ severity, secret, form, place, count }) => ({
    severity,
    secret,
    form,
    where: describePlace(place),
    count,
  }));
}
