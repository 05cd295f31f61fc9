import { error, type Finding, warning } from './finding.ts';

const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;

/** Compose would start another image than the one that is deployed. */
export function deployOtherImage(service: string, found: string, wanted: string): Finding {
  return error('deploy-other-image', {
    what: `The Compose files start ${found} as ${service}, not ${wanted}.`,
    why: 'Compose fills the files from the env file. What they name is what runs after the deployment, and after every later `docker compose up`.',
    fix: `Change what \`image:\` of ${service} is filled from, such as CUSTOM_TAG in the env file, so that it is ${wanted}.`,
    subject: service,
  });
}

export function deployServiceMigrates(service: string): Finding {
  return error('deploy-service-migrates', {
    what: `The service ${service} runs \`bench migrate\` by itself when it starts.`,
    why: 'It would migrate a second time, beside the deployment and without a backup.',
    fix: `Remove ${service} from the project, or stop it from migrating: \`MIGRATE_SITES=false\` with the override of frappe_docker.`,
    subject: service,
  });
}

/** It ended, and is not started by a deployment. */
export function deployOneShotMigrates(service: string): Finding {
  return warning('deploy-one-shot-migrates', {
    what: `The service ${service} runs \`bench migrate\` whenever it is started.`,
    why: 'This deployment does not start it. `docker compose up` does: beside what runs, and without a backup.',
    fix: `Remove ${service} from the project, or set \`MIGRATE_SITES=false\` for it, as the override of frappe_docker takes it.`,
    subject: service,
  });
}

/** The image is on this engine only. */
export function deployPullsAlways(service: string, reference: string): Finding {
  return warning('deploy-pulls-always', {
    what: `${service} has the pull policy \`always\`, and ${reference} is on this engine only.`,
    why: 'This deployment pulls nothing. A later `docker compose up` asks a registry for the image, and fails.',
    fix: `Set \`pull_policy\` of ${service} to \`missing\` (PULL_POLICY in the env file of frappe_docker), or push the release.`,
    subject: service,
  });
}

export function deployDatabaseUnsupported(site: string, database: string): Finding {
  return error('deploy-database-unsupported', {
    what: `The site ${site} uses ${database}.`,
    why: 'de-build backs up and restores databases of MariaDB and MySQL.',
    fix: 'Deploy this project by hand, with a backup of your own.',
    subject: site,
  });
}

export function deployAppMissing(site: string, app: string, reference: string): Finding {
  return error('deploy-app-missing', {
    what: `${reference} has no app ${app}, and the site ${site} has it installed.`,
    why: 'A site does not start without an app that is installed on it.',
    fix: `Add ${app} to apps.json and release again, or uninstall it first: \`bench --site ${site} uninstall-app ${app}\` (it deletes the app's data).`,
    subject: app,
  });
}

/** Of the unpacked size; text of business data packs better. */
const PACKED_SHARE = 0.2;

/** @param needed of all databases, unpacked */
export function deployDiskFull(needed: number, free: number): Finding {
  const isSure = free < needed * PACKED_SHARE;
  return (isSure ? error : warning)('deploy-disk-full', {
    what: `The disk ${isSure ? 'is' : 'may be'} too small for the backups: ${megabytes(free)} are free.`,
    why: `The databases have ${megabytes(needed)}; a packed dump is usually a fifth of that.`,
    fix: 'Free some disk space, or move older folders of `.de-build/deployments` to another disk.',
  });
}

/** @param sites whose databases a later release migrated */
export function deployOlderCode(siteVersion: string, sites: readonly string[]): Finding {
  return error('deploy-older-code', {
    what: `The databases of ${sites.join(', ')} were migrated by a release after ${siteVersion}.`,
    why: 'Older code over a newer database breaks it.',
    fix: `Go back with the database: \`de-build rollback ${siteVersion}\`; or release the older code under a new version, with a migration that fits.`,
    subject: siteVersion,
  });
}
