import { allApps } from '../../apps/all-apps.ts';
import { describePlace } from '../../audit/leaks/describe-leak.ts';
import { describeUnread } from '../../audit/leaks/describe-unread.ts';
import type { Leak } from '../../audit/leaks/leak.ts';
import { removalsOf } from '../../audit/leaks/leak-fixes.ts';
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
  decision: Decision,
  { imageId, search }: { readonly imageId: string; readonly search: ImageSearch | undefined },
  tools: Tools,
): Promise<void> {
  const { plan, engine, audit: mode, keepsFailed } = decision;
  if (search === undefined) return;
  const refused = mode === 'fail' ? search.leaks.filter(({ severity }) => severity === 'error') : [];
  reportSearch(search, refused, tools);
  if (refused.length === 0) return;
  const tokens = allApps(decision).flatMap(({ credential }) => credential?.password.name ?? []);
  const injected = new Set(plan.tokenDelivery.mode === 'inject' ? tokens : []);
  const quarantine = keepsFailed ? `${plan.image}:${quarantinedTag(plan.siteVersion, imageId)}` : undefined;
  if (quarantine !== undefined) await engine.images.tag(imageId, quarantine);
  if (engine.imagesIn === 'registry' && quarantine === undefined) {
    const text = `The refused image is in its registry, without a tag, as ${plan.image}@${imageId}. Delete it there, and replace the secrets that it holds.`;
    tools.emit({ type: 'notice', level: 'warning', text });
  }
  const found = refused.map(({ secret, places, omitted }) => ({
    secret,
    places: places.map(({ place }) => describePlace(place)),
    omitted,
    isInjected: secret.split(', ').some((name) => injected.has(name)),
    removals: removalsOf(places),
  }));
  const isInRegistry = engine.imagesIn === 'registry';
  throw imageLeaks(plan.reference, found, { quarantine, isInRegistry });
}

/** Every leak as an event, and what could not be searched. */
function reportSearch(search: ImageSearch, refused: readonly Leak[], { emit }: Pick<Tools, 'emit'>): void {
  for (const leak of search.leaks) {
    const [worst] = leak.places;
    const where = worst === undefined ? '' : describePlace(worst.place);
    emit({ type: 'leak', leak, where, isRefused: refused.includes(leak) });
  }
  for (const text of describeUnread(search)) emit({ type: 'notice', level: 'warning', text });
}

/** For the record: a row for each place of each secret. */
export function recordedLeaks(leaks: readonly Leak[]) {
  return leaks.flatMap(({ severity, secret, places }) =>
    places.map(({ place, forms }) => ({
      severity,
      secret,
      form: [...new Set(forms.map(({ form }) => form))].join(', '),
      where: describePlace(place),
      count: forms.reduce((sum, { count }) => sum + count, 0),
    })),
  );
}
