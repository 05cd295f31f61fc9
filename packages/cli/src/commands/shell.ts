import { defineCommand } from '../command/command.ts';
import { text } from '../command/options.ts';

/** `de-build shell` */
export const shell = defineCommand({
  usage: 'shell [service]',
  describe: 'Open a shell in a container',
  about: 'In a running container of a service: bash, or sh where the image has no bash.',
  examples: [
    ['$0 shell', 'in the backend'],
    ['$0 shell queue-long', 'in a worker'],
    ['echo bench doctor | $0 shell', 'a command, without a terminal'],
  ],
  arguments: { service: text('Default: backend') },
  options: { project: text('Compose project; default: the one that was brought up from this folder') },
  passesTerminal: true,
  async run({ service, project }, { core, flow, isInteractive }) {
    const exitCode = await core.openShell({ ...flow, service, project, isInteractive });
    return { type: 'shell', document: undefined, report: '', exitCode };
  },
});
