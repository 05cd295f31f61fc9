import { isDeBuildError } from '../errors/de-build-error.ts';
import { resticFailed, resticMissing } from '../errors/restic-failures.ts';
import type { OpenSite } from '../flow/open-site.ts';
import type { Tools } from '../flow/tools.ts';
import { parseJson } from '../parse-json.ts';
import { runProgram } from '../process/run-program.ts';

/** The program restic, on one repository. */
export interface Restic {
  /**
   * @param onMessage gets each JSON line that it prints
   * @returns what it printed
   * @throws DeBuildError `restic-failed`, `restic-missing`
   */
  run(args: readonly string[], onMessage?: (message: unknown) => void): Promise<string>;
}

/** restic's own, and those of the backends that it knows. */
const SETTINGS = /^(?:RESTIC|AWS|B2|AZURE|GOOGLE|OS|ST|SWIFT|RCLONE)_/;

/**
 * The password of a repository comes from RESTIC_PASSWORD of the env file, through a pipe; else restic finds it as always,
 * by RESTIC_PASSWORD_FILE for one.
 * @param repository as restic writes it: `/backups`, `sftp:host:/backups`, `s3:…`
 */
export function openRestic(
  repository: string,
  { env, folder }: Pick<OpenSite, 'env' | 'folder'>,
  { environment, signal }: Pick<Tools, 'environment' | 'signal'>,
): Restic {
  const own = [...(env?.entries.values() ?? [])].filter(
    ({ key, value }) => SETTINGS.test(key) && value !== '',
  );
  const password = own.find(({ key }) => key === 'RESTIC_PASSWORD')?.value;
  const settings = own.filter(({ key }) => key !== 'RESTIC_PASSWORD').map(({ key, value }) => [key, value]);
  return {
    async run(args, onMessage) {
      try {
        const { exitCode, stdout, stderr } = await runProgram('restic', ['--quiet', ...args], {
          environment: {
            ...environment,
            ...Object.fromEntries(settings),
            RESTIC_REPOSITORY: repository,
            RESTIC_PROGRESS_FPS: '4',
          },
          folder,
          timeoutMs: Number.POSITIVE_INFINITY,
          signal,
          input: password === undefined ? '' : `${password}\n`,
          ...(onMessage === undefined
            ? {}
            : {
                lines: {
                  // No line is shown.
                  redactor: undefined,
                  onLine: (line) => {
                    const message = parseJson(line);
                    if (message !== undefined) onMessage(message);
                    return undefined;
                  },
                },
              }),
        });
        if (exitCode !== 0) throw resticFailed(repository, args[0] ?? '', exitCode, stderr || stdout);
        return stdout;
      } catch (error) {
        throw isDeBuildError(error) && error.code === 'program-missing' ? resticMissing(error) : error;
      }
    },
  };
}
