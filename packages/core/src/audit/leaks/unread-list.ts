import type { Unread, UnreadContent } from './leak.ts';

/** More would add nothing. */
const MOST_UNREAD = 500;

/** Collects what is unread. */
export interface UnreadList {
  add(content: UnreadContent): void;
  listed(): Unread;
}

export function createUnreadList(): UnreadList {
  const unread: UnreadContent[] = [];
  let unreadOmitted = 0;
  return {
    add(content) {
      if (unread.length < MOST_UNREAD) unread.push(content);
      else unreadOmitted += 1;
    },
    listed: () => ({ unread, unreadOmitted }),
  };
}

/** What is unread of several layers or images. */
export function joinUnread(lists: readonly Unread[]): Unread {
  const all = createUnreadList();
  for (const { unread } of lists) for (const content of unread) all.add(content);
  const { unread, unreadOmitted } = all.listed();
  return { unread, unreadOmitted: lists.reduce((sum, list) => sum + list.unreadOmitted, unreadOmitted) };
}
