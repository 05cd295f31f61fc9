import { defineCommand } from '../command/command.ts';
import { flag, text, texts } from '../command/options.ts';
import { ownCommand } from '../command/own-command.ts';
import { UsageError } from '../parse/usage-error.ts';

/** `de-build scale` */
export const scale = defineCommand({
  usage: 'scale [services..]',
  describe: 'Set how many containers a service has',
  about:
    'Now, and for later deployments. New containers are like those that run, whatever the files say by now; a worker that is stopped finishes its job first, for up to five minutes. Without a service, it shows the numbers. To stop one: `de-build compose -- stop queue-long`.',
  examples: [
    ['$0 scale', 'what runs, and what was set'],
    ['$0 scale queue-long=3', 'three workers'],
    ['$0 scale queue-long=3 --print-timer --hours 08:00-18:00', 'units of systemd that do it on weekdays'],
  ],
  arguments: { services: texts('Services with their numbers, such as queue-long=3') },
  options: {
    project: text('Compose project; default: the one that was brought up from this folder'),
    'print-timer': flag('Print units of systemd for busy hours, and change nothing'),
    hours: text('Busy hours, for --print-timer; default: 08:00-18:00'),
    days: text('Their days, as systemd writes them; default: Mon..Fri'),
  },
  changesSite: true,
  async run({ services, project, printTimer, hours = '08:00-18:00', days = 'Mon..Fri' }, { core, flow }) {
    const wanted = parseScale(services);
    if (!printTimer) {
      const { scaleReport } = await import('../report/scale-report.ts');
      const document = await core.scaleServices({ ...flow, project, scale: wanted });
      return { type: 'scaled', document, report: scaleReport(document, Object.keys(wanted)) };
    }
    const times = core.parseHours(hours);
    if (times === undefined) throw new UsageError(`The option hours needs a time such as 08:00-18:00.`);
    if (!/^[A-Za-z.,]+$/.test(days)) throw new UsageError(`The option days needs days such as Mon..Fri.`);
    if (services.length === 0) throw new UsageError('The option print-timer needs a service: queue-long=3.');
    const now = await core.scaleServices({ ...flow, project, scale: {} });
    const known = now.services.filter(({ service }) => service in wanted);
    const document = core.scaleTimer({
      project: now.project,
      site: flow.site,
      command: ownCommand(),
      busy: services,
      // What runs now, unless that is as many already.
      quiet: known.map(
        ({ service, running }) => `${service}=${running < (wanted[service] ?? 0) ? running : 1}`,
      ),
      hours: { days, ...times },
    });
    const { unitsReport } = await import('../report/units-report.ts');
    return { type: 'scale-timer', document, report: unitsReport(document.units) };
  },
});

function parseScale(words: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    words.map((word) => {
      const [, service, count] = /^([^=]+)=([1-9]\d{0,2})$/.exec(word) ?? [];
      if (service === undefined)
        throw new UsageError(`${word} is not a service with a number from 1 on, such as queue-long=3.`);
      return [service, Number(count)];
    }),
  );
}
