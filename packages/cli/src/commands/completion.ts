import { completionScript, type Shell } from '../completion-script.ts';
import { defineCommand } from './command.ts';

/** `de-build completion` */
export const completion = defineCommand({
  usage: 'completion <shell>',
  describe: 'Print a completion script for your shell',
  examples: [
    ['$0 completion bash >> ~/.bashrc', 'for bash'],
    ['$0 completion zsh >> ~/.zshrc', 'for zsh'],
    ['$0 completion fish | source', 'for fish, in config.fish'],
  ],
  options: (yargs) =>
    yargs.positional('shell', {
      choices: ['bash', 'zsh', 'fish'] as const,
      demandOption: true,
      describe: 'The shell that will read it',
    }),
  async run({ shell }, io) {
    io.stdout.write(completionScript(shell satisfies Shell));
    return 0;
  },
});
