import { defineCommand } from '../command/command.ts';
import { flag, text, texts } from '../command/options.ts';

/** `de-build logs` */
export const logs = defineCommand({
  usage: 'logs [services..]',
  describe: 'Show what the containers write',
  about: 'Of the running project: `docker compose logs` with its recorded name.',
  examples: [
    ['$0 logs', 'of every service'],
    ['$0 logs backend --follow --tail 20', 'the last 20 lines, and what follows'],
    ['$0 logs queue-long --since 30m', 'of half an hour'],
  ],
  arguments: { services: texts('Services; default: all') },
  options: {
    project: text('Compose project; default: the one that was brought up from this folder'),
    follow: flag('Go on until Ctrl-C', { alias: 'f' }),
    since: text('Only what is newer, such as 30m or 2026-11-29T12:00:00Z'),
    tail: text('Only so many lines of each container', { alias: 'n' }),
  },
  passesTerminal: true,
  async run({ services, project, follow, since, tail }, { core, flow }) {
    const command = [
      'logs',
      ...(follow ? ['--follow'] : []),
      ...(since === undefined ? [] : ['--since', since]),
      ...(tail === undefined ? [] : ['--tail', tail]),
      ...services,
    ];
    const exitCode = await core.runComposeCommand({ ...flow, project, command, services, withFiles: false });
    return { type: 'logs', document: undefined, report: '', exitCode };
  },
});
