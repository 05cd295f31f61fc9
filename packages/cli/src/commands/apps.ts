import { defineCommand } from '../command/command.ts';
import { flag } from '../command/options.ts';

/** `de-build apps` */
export const apps = defineCommand({
  usage: 'apps',
  describe: 'Compare the apps with the last release',
  about:
    'Each with its ref, the commit in the last release and now, the commits between, and the newest release tag; and the base images of the Containerfile, of which the registries are asked through the engine. All git hosts are queried in parallel; nothing is built or pulled. With --outdated it ends with exit code 10 when it lists something; with 4 when a host cannot be queried.',
  examples: [
    ['$0 apps', 'every app'],
    ['$0 apps --outdated', 'those that moved or have a newer release tag, and base images that moved'],
    ['$0 apps --json', 'everything, with the subjects of the commits between'],
  ],
  options: {
    outdated: flag('Only apps and base images that moved, are new or removed, and apps with a newer tag'),
  },
  async run({ outdated }, { core, flow }) {
    const { appsReport } = await import('../report/apps-report.ts');
    const document = await core.listApps({ ...flow, outdated });
    const { problems, unreadableRecords } = document;
    return {
      type: 'apps',
      document,
      report: appsReport(document, outdated),
      problems: [...unreadableRecords, ...problems],
      exitCode:
        problems.length > 0
          ? core.EXIT.git
          : unreadableRecords.length > 0
            ? core.EXIT.record
            : outdated && document.outdated + document.outdatedBaseImages > 0
              ? core.EXIT.outdated
              : core.EXIT.ok,
    };
  },
});
