import type { PrintingCommand } from '../command/command.ts';
import { choice, required } from '../command/options.ts';
import { completionScript, type Shell } from '../parse/completion-script.ts';

/** `de-build completion` */
export const completion: PrintingCommand = {
  name: 'completion',
  usage: 'completion <shell>',
  describe: 'Print a completion script for your shell',
  examples: [
    ['$0 completion bash >> ~/.bashrc', 'for bash'],
    ['$0 completion zsh >> ~/.zshrc', 'for zsh'],
    ['$0 completion fish | source', 'for fish, in config.fish'],
  ],
  arguments: { shell: required(choice(['bash', 'zsh', 'fish'], 'The shell that will read it')) },
  options: {},
  generalOptions: {},
  print: (values) => completionScript((values as { readonly shell: Shell }).shell),
};
