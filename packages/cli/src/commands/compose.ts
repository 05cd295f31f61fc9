import { defineCommand } from '../command/command.ts';
import { text, texts } from '../command/options.ts';
import { UsageError } from '../parse/usage-error.ts';

/** `de-build compose` */
export const compose = defineCommand({
  usage: 'compose [command..]',
  describe: 'Run docker compose on the running project',
  about:
    'With the name, the files and the env file that the project was brought up with. What follows `--` goes to Compose as it is, and its exit code comes back.',
  examples: [
    ['$0 compose -- ps --all', 'every container'],
    ['$0 compose -- exec backend bench doctor', 'a command in a service'],
    ['$0 compose -- restart queue-long', 'restart a service'],
  ],
  arguments: { command: texts('Command of Compose, with its options') },
  options: { project: text('Compose project; default: the one that was brought up from this folder') },
  passesTerminal: true,
  async run({ command, project }, { core, flow }) {
    if (command.length === 0)
      throw new UsageError('A command of Compose is needed: `de-build compose -- ps`.');
    const exitCode = await core.runComposeCommand({ ...flow, project, command });
    return { type: 'compose', document: undefined, report: '', exitCode };
  },
});
