import type { SiteOptions } from '../flow/tools.ts';
import { runComposeCommand } from './run-compose.ts';

export interface ShellOptions extends SiteOptions {
  /** Default: `backend`. */
  readonly service?: string | undefined;
  readonly project?: string | undefined;
  /** Whether our input and output are a terminal. */
  readonly isInteractive: boolean;
}

/**
 * A shell in a running container of a service, in the folder of the bench: bash where the image has it.
 * @returns its exit code
 * @throws as `runComposeCommand`
 */
export function openShell({ service = 'backend', isInteractive, ...options }: ShellOptions): Promise<number> {
  const shell = 'command -v bash > /dev/null && exec bash; exec sh';
  const terminal = isInteractive ? [] : ['--no-TTY'];
  const command = ['exec', ...terminal, service, 'sh', '-c', shell];
  return runComposeCommand({ ...options, command, services: [service], withFiles: false });
}
