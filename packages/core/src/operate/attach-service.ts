import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { openCompose } from '../compose/compose.ts';
import type { ProjectContainer, RunningProject } from '../compose/running-project.ts';
import { findProject } from '../deploy/find-project.ts';
import { requireServices } from '../deploy/require-services.ts';
import type { Containers } from '../engine/engine.ts';
import { attachNeedsTerminal, attachWithoutTerminal, serviceNotRunning } from '../errors/project-failures.ts';
import { changeSite } from '../flow/change-site.ts';
import { inStage } from '../flow/stage.ts';
import type { Flow, SiteOptions, Tools } from '../flow/tools.ts';
import { runInTerminal } from '../process/run-in-terminal.ts';
import { oneWorker } from './one-worker.ts';
import { openRunning } from './open-running.ts';

export interface AttachOptions extends SiteOptions {
  readonly service: string;
  readonly project?: string | undefined;
  /** Give the container a terminal for as long as it lasts: it is recreated before and after. Default: false. */
  readonly recreate?: boolean;
  /** Whether our input and output are a terminal. */
  readonly isInteractive: boolean;
}

const ATTACH: Flow = {
  name: 'attach',
  stages: ['recreate', 'attach', 'restore'],
  unchanged: 'The container runs as before.',
};
const UP_WITHIN_MS = 5 * 60_000;
/** The terminal would send Ctrl-C to the server, which would end. */
const DETACH_KEYS = 'ctrl-c';

const inspectedSchema = z.looseObject({
  Config: z.looseObject({ Tty: z.boolean(), OpenStdin: z.boolean(), Cmd: z.array(z.string()).nullish() }),
});

/**
 * Connects our terminal with the first process of a service's container, for a debugger such as ipdb. Ctrl-C leaves; the server
 * runs on.
 * @returns the exit code: 0 when the server runs on
 * @throws DeBuildError `attach-needs-terminal`, `attach-without-terminal`, `service-not-running`, `service-unknown`,
 * `project-not-found`, `project-ambiguous`, `compose-*`, `site-locked`, `engine-*`
 */
export function attachService(options: AttachOptions): Promise<number> {
  const { service, recreate = false, isInteractive } = options;
  const what = `attach ${service}${recreate ? ' --recreate' : ''}`;
  return changeSite(options, { flow: ATTACH, what, lock: 'live', dryRun: !recreate }, async (site, tools) => {
    if (!isInteractive) throw attachNeedsTerminal();
    const engine = await tools.engine();
    const project = await findProject(site, engine.containers, options.project);
    requireServices(project, [service]);
    const found = containerOf(project, service);
    if (found === undefined) throw serviceNotRunning(service);
    const { Config } = inspectedSchema.parse(await engine.containers.describe(found.id));
    if (!recreate) {
      if (!Config.Tty || !Config.OpenStdin) throw attachWithoutTerminal(service);
      return attach(found, engine, tools);
    }
    const running = await openRunning(site, project, engine, tools);
    const { services } = running.document;
    const scale = { [service]: project.containers.filter((one) => one.service === service).length };
    const given = services[service] ?? {};
    const command = (given.command as string[] | null | undefined) ?? escaped(Config.Cmd ?? []);
    const changed = { ...given, command: oneWorker(command), tty: true, stdin_open: true };
    const bringUp = async (count: typeof scale) => {
      await running.compose.up(count, UP_WITHIN_MS);
      await reloadFrontend(project, service, engine.containers);
      return containerOf(await findProject(site, engine.containers, project.name), service);
    };
    const attached = await inStage(
      tools,
      { stage: 'recreate', title: `Recreating ${service} with a terminal` },
      async () => {
        await running.write({ ...running.document, services: { ...services, [service]: changed } });
        return bringUp({ [service]: 1 });
      },
    );
    try {
      if (attached === undefined) throw serviceNotRunning(service);
      return await attach(attached, engine, tools);
    } finally {
      await inStage(tools, { stage: 'restore', title: `Recreating ${service} as it was` }, async () => {
        await running.write(running.document);
        await bringUp(scale);
      });
    }
  });
}

function containerOf({ containers }: RunningProject, service: string): ProjectContainer | undefined {
  return containers.find((one) => one.service === service && one.isRunning);
}

async function attach(
  { id, name, service }: ProjectContainer,
  { endpoint, containers }: { readonly endpoint: string; readonly containers: Containers },
  { emit, environment, signal }: Pick<Tools, 'emit' | 'environment' | 'signal'>,
): Promise<number> {
  const say = (level: 'info' | 'warning', text: string) => emit({ type: 'notice', level, text });
  if (!(await hasIpdb(containers, id)))
    say(
      'warning',
      `The image has no ipdb. Use \`breakpoint()\`, which is pdb; or add ipdb to the image: \`RUN bench pip install ipdb\` in the Containerfile.`,
    );
  say('info', `Attached to ${service}. Ctrl-C leaves, and ${service} runs on; do not press Ctrl-\\.`);
  const compose = await openCompose({ name, folder: '/', files: [] }, { environment, endpoint, signal });
  const args = ['attach', '--sig-proxy=false', `--detach-keys=${DETACH_KEYS}`, name];
  const exitCode = await runInTerminal('docker', args, { ...compose, signal });
  const runsOn = (await containers.inspect(id))?.isRunning === true;
  return runsOn ? 0 : exitCode;
}

async function hasIpdb(containers: Containers, id: string): Promise<boolean> {
  const script =
    'p=env/bin/python; [ -x "$p" ] || p=../env/bin/python; [ -x "$p" ] || p=python3; exec "$p" -c "import ipdb"';
  return (await containers.exec(id, ['sh', '-c', script])).exitCode === 0;
}

/** nginx looks up the address of the backend once; a container that is recreated may have another. */
async function reloadFrontend(
  { containers: all }: RunningProject,
  changed: string,
  containers: Containers,
): Promise<void> {
  const frontend = all.find(({ command, isRunning }) => isRunning && /nginx/.test(command.join(' ')));
  if (frontend === undefined || frontend.service === changed) return;
  await sleep(500);
  await containers.exec(frontend.id, ['nginx', '-s', 'reload']);
}

/** As a Compose file writes it. */
function escaped(words: readonly string[]): string[] {
  return words.map((word) => word.replaceAll('$', '$$$$'));
}
