import type { DiskStatus } from '@de-build/core';
import { defineCommand } from '../command/command.ts';
import { flag, text } from '../command/options.ts';

/** How often the engine is asked for sizes, for which it reads all volumes. */
const MEASURE_EVERY_MS = 60_000;

/** `de-build status` */
export const status = defineCommand({
  usage: 'status',
  describe: 'Show what runs, and what should run',
  about:
    "The containers of the Compose project that runs the site's image, found by their labels and compared with the Compose files; the queues of background jobs and their workers; the disk; the backups; and the last deployment.",
  examples: [
    ['$0 status', 'every container'],
    ['$0 status --watch', 'the same, every 2 seconds until Ctrl-C'],
    ['$0 status --project erp-test', 'of another project with the same image'],
  ],
  options: {
    project: text('Compose project; default: the one that was brought up from this folder'),
    watch: flag('Show it again every 2 seconds, until Ctrl-C', { alias: 'w' }),
  },
  async run({ project, watch }, { core, flow, terminal }) {
    const { statusReport } = await import('../report/status-report.ts');
    if (!watch) {
      const document = await core.readStatus({ ...flow, project });
      return { type: 'status', document, report: statusReport(document, new Date()) };
    }
    const { watchReport } = await import('../report/watch-report.ts');
    let measured: DiskStatus = {};
    let measuredAt = Number.NEGATIVE_INFINITY;
    await watchReport(terminal, flow.signal, async () => {
      const measure = performance.now() - measuredAt > MEASURE_EVERY_MS;
      const status = await core.readStatus({ ...flow, project, measure });
      if (measure) {
        measured = status.disk;
        measuredAt = performance.now();
      }
      return statusReport({ ...status, disk: { ...measured, ...status.disk } }, new Date());
    });
    return { type: 'status', document: undefined, report: '' };
  },
});
