/** What is found of a project that runs. */
import { type Finding, warning } from './finding.ts';

/** @param why as the system says it */
export function queuesUnread(why: string): Finding {
  return warning('queues-unread', {
    what: 'The queues of background jobs could not be read.',
    why: `Redis, at the \`redis_queue\` of common_site_config.json, did not answer a container of the project: ${why}.`,
    fix: 'Check that the service of that Redis runs.',
  });
}
