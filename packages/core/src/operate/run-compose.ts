import { type Compose, openCompose } from '../compose/compose.ts';
import { findProject } from '../deploy/find-project.ts';
import { openProjectFiles } from '../deploy/open-project-files.ts';
import { requireServices } from '../deploy/require-services.ts';
import { composeFilesElsewhere } from '../errors/project-findings.ts';
import { inspectSite } from '../flow/change-site.ts';
import type { Flow, SiteOptions } from '../flow/tools.ts';
import { runInTerminal } from '../process/run-in-terminal.ts';

export interface ComposeCommandOptions extends SiteOptions {
  /** What follows `docker compose`: `['logs', '--follow', 'backend']`. */
  readonly command: readonly string[];
  /** The Compose project. Default: the one that was brought up from the site's folder, or the only one with its image. */
  readonly project?: string | undefined;
  /** Those that the command names: each must have a container. */
  readonly services?: readonly string[];
  /** Whether the command needs the files, or what runs is enough for it. Default: true. */
  readonly withFiles?: boolean;
}

const COMPOSE: Flow = { name: 'compose', stages: [], unchanged: 'What it did until then stays.' };

/**
 * Runs `docker compose` on our own input and outputs, with the name and the files that the project was brought up with. Without
 * its files it works from the containers.
 * @returns its exit code
 * @throws DeBuildError `project-not-found`, `project-ambiguous`, `service-unknown`, `compose-missing`, `engine-*`
 */
export function runComposeCommand(options: ComposeCommandOptions): Promise<number> {
  const { command, services = [], withFiles = true } = options;
  return inspectSite(options, { flow: COMPOSE, what: command[0] ?? 'compose' }, async (site, tools) => {
    const { environment, signal, emit } = tools;
    const engine = await tools.engine();
    const project = await findProject(site, engine.containers, options.project);
    requireServices(project, services);
    let compose: Compose | undefined;
    if (withFiles) {
      const found = await openProjectFiles(site.own, project, engine, tools);
      if (found.compose === undefined) {
        const { what } = composeFilesElsewhere(project.name, found.source.files, undefined);
        emit({ type: 'notice', level: 'warning', text: what });
      }
      compose = found.compose;
    }
    compose ??= await openCompose(
      { name: project.name, folder: '/', files: [] },
      { environment, endpoint: engine.endpoint, signal },
    );
    return runOnTerminal(compose, command, signal);
  });
}

export function runOnTerminal(
  { command: [program, ...first], environment, folder }: Compose,
  command: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  return runInTerminal(program, [...first, ...command], { environment, folder, signal });
}
