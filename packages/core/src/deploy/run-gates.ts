import { gateFailed } from '../errors/service-failures.ts';
import type { Tools } from '../flow/tools.ts';
import { runProgram } from '../process/run-program.ts';
import type { Deployment } from './deployment.ts';

const WITHIN_MS = 30 * 60_000;
const SHOWN_LINES = 20;

/**
 * Runs the site's own commands, in its folder, one after the other. They get DE_BUILD_SITES, DE_BUILD_VERSION and DE_BUILD_PROJECT.
 * @throws DeBuildError `gate-failed`
 */
export async function runGates(
  { commands, folder }: { readonly commands: readonly string[]; readonly folder: string },
  { to, project, sites }: Pick<Deployment, 'to' | 'project' | 'sites'>,
  { environment, redactor, signal, emit }: Pick<Tools, 'environment' | 'redactor' | 'signal' | 'emit'>,
): Promise<void> {
  for (const command of commands) {
    emit({ type: 'notice', level: 'info', text: `Running ${command}` });
    const last: string[] = [];
    const { exitCode } = await runProgram('sh', ['-c', command], {
      folder,
      environment: {
        ...environment,
        DE_BUILD_SITES: sites.map(({ name }) => name).join(' '),
        DE_BUILD_VERSION: to.siteVersion,
        DE_BUILD_PROJECT: project,
      },
      timeoutMs: WITHIN_MS,
      keep: 'end',
      signal,
      lines: {
        redactor,
        onLine: (line) => {
          last.push(line);
          if (last.length > SHOWN_LINES) last.shift();
          return undefined;
        },
      },
    });
    if (exitCode !== 0) throw gateFailed(command, exitCode, last.join('\n'));
  }
}
