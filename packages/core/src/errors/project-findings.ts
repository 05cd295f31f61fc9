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

/**
 * Whatever is done then is done with what the containers tell.
 * @param files as the labels of the containers name them; @param reference what is deployed
 */
export function composeFilesElsewhere(
  project: string,
  files: readonly string[],
  reference: string | undefined,
): Finding {
  const from = files.length === 0 ? 'name no files' : `were started from ${files.join(', ')}`;
  return warning('compose-files-elsewhere', {
    what: `The Compose files of ${project} are not on this machine; its containers tell how they were started.`,
    why: `They ${from}. Networks, volumes, ports and variables are read from the containers.`,
    fix:
      reference === undefined
        ? 'Nothing; with the files here, the containers would be compared with them.'
        : `Set the tag of ${reference} where the files are, before somebody runs \`docker compose up\` there.`,
    subject: project,
  });
}

/** @param services whose files say something else than what their containers were started with */
export function composeFilesChanged(services: readonly string[]): Finding {
  return warning('compose-files-changed', {
    what: `The Compose files say something else of ${services.join(', ')} than what runs.`,
    why: 'They were edited since its containers were started, or by another version of Compose. What runs is recorded from the containers, so that a rollback brings it back; the deployment applies the files.',
    fix: 'See what changed with `docker compose config`, if that was not meant.',
  });
}
