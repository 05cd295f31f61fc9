import { defineCommand } from '../command/command.ts';
import { flag, required, text } from '../command/options.ts';

/** `de-build attach` */
export const attach = defineCommand({
  usage: 'attach <service>',
  describe: 'Connect the terminal with a service, for ipdb',
  about:
    'A breakpoint of the code then asks here. Ctrl-C leaves, and the service runs on. A container needs `tty` and `stdin_open` for it: with --recreate it gets them, and one worker of gunicorn without a time-out, until you leave.',
  examples: [
    ['$0 attach backend', 'where the Compose files give it a terminal'],
    ['$0 attach backend --recreate', 'anywhere; requests fail while it is recreated'],
  ],
  arguments: { service: required(text('Service to connect with')) },
  options: {
    project: text('Compose project; default: the one that was brought up from this folder'),
    recreate: flag('Recreate its container with a terminal, and as it was when you leave'),
  },
  passesTerminal: true,
  changesSite: true,
  async run({ service, project, recreate }, { core, flow, isInteractive }) {
    const exitCode = await core.attachService({ ...flow, service, project, recreate, isInteractive });
    return { type: 'attached', document: undefined, report: '', exitCode };
  },
});
