import { join } from 'node:path';
import { ensureEngineSoftware } from './engine-software.ts';
import { privateEngineVersions } from './private-engine.ts';
import { runCommand } from './run-command.ts';

/** How Docker Compose 2 is run. */
export interface ComposeProgram {
  readonly command: string;
  readonly version: string;
}

/** The Compose that comes with the newest private engine, or else the machine's own `docker-compose`, if it is a 2. */
export async function findCompose(): Promise<ComposeProgram | undefined> {
  const newest = privateEngineVersions().at(-1);
  const software = newest === undefined ? undefined : await ensureEngineSoftware(newest);
  for (const folder of software === undefined ? [''] : [join(software.folder, 'usr/bin'), '']) {
    const command = join(folder, 'docker-compose');
    const version = await runCommand(command, ['version', '--short']).catch(() => '');
    if (/^v?2\./.test(version)) return { command, version };
  }
  return undefined;
}
