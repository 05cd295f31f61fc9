import type { Unread } from './leak.ts';

const SHOWN = 5;

/** What was not searched completely, as a sentence for each reason, with the first places. */
export function describeUnread({ unread, unreadOmitted }: Unread): readonly string[] {
  const places = new Map<string, string[]>();
  for (const { path, inside, why } of unread) {
    const place = [path, ...inside].join(' > ');
    places.set(why, [...(places.get(why) ?? []), place]);
  }
  const sentences = [...places].map(([why, all]) => {
    const more = all.length > SHOWN ? ` and ${all.length - SHOWN} more` : '';
    const were = all.length === 1 ? 'was' : 'were';
    return `${all.slice(0, SHOWN).join(', ')}${more} ${were} not searched completely: ${why}`;
  });
  return unreadOmitted === 0
    ? sentences
    : [...sentences, `${unreadOmitted} more packed files were not searched completely.`];
}
