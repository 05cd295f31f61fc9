import { spawn } from 'node:child_process';
import { styleText } from 'node:util';
import { createDemoProgress, secondsSince } from './demo-progress.ts';
import { type CleanUp, setDemoStage } from './demo-stage.ts';
import { changeOrders } from './example-apps.ts';
import { startExampleProject } from './example-project.ts';

export interface DemoOptions {
  /** The file that is the command `de-build`. */
  readonly cli: string;
}

/**
 * Releases the example site twice through the real command, deploys the second release to the running site, takes it back, explains
 * each step, and removes everything again, also on Ctrl-C.
 * @returns the exit code
 */
export async function runDemo(options: DemoOptions): Promise<number> {
  const cleanUps: CleanUp[] = [];
  const stop = stopOnSignals();
  const started = performance.now();
  const progress = createDemoProgress(process.stdout);
  const { tell, during } = progress;
  const tellUnlessStopped = (text: string) => {
    stop.throwIfStopped();
    tell(text);
  };
  try {
    title('Set up');
    const stage = { ...progress, tell: tellUnlessStopped };
    const { site, apps, engine } = await setDemoStage(stage, cleanUps);
    const setUp = secondsSince(started);
    const environment = { ...process.env, ...engine.dockerCli.env, DOCKER_HOST: engine.host };
    /** @returns how long it took */
    const deBuild = async (...args: string[]): Promise<string> => {
      stop.throwIfStopped();
      write(`\n${bold(`$ ${['de-build', ...args].join(' ')}`)}\n`);
      const begun = performance.now();
      await runInTerminal(process.execPath, [options.cli, ...args], { cwd: site.folder, environment, stop });
      return secondsSince(begun);
    };

    title('Release 1.0.0');
    tell('Checks the site, resolves every app to a commit, builds, verifies, tags and records.');
    const first = await deBuild();

    title('The site runs, as a Compose project');
    const project = await during('docker compose up', () => startExampleProject({ engine, site }));
    cleanUps.push(() => project.down());
    for (const customer of ['Acme', 'Umbrella'])
      await project.get('/api/resource/Sales%20Order', { body: { customer, total: 1 } });
    tell(`${project.address} answers; two orders were entered.`);

    title('A week later');
    stop.throwIfStopped();
    await changeOrders(apps, {
      field: { name: 'priority', type: 'Int' },
      patches: { set_priority: 'update `tabSales Order` set priority=1' },
    });
    tell(
      'A commit of mini_erp adds a field to its orders, and a patch that fills it. The site did not change.',
    );
    tell('Commits the record of the last release, raises the version, and releases again.');
    await site.commit('Record release 1.0.0');
    await deBuild('bump', 'patch');
    const second = await deBuild();
    await deBuild('diff', '1.0.0', '1.0.1');

    title('Deploy it');
    await deBuild('deploy', '--dry-run');
    const deployed = await deBuild('deploy');
    await deBuild('status');

    title('Take it back, with its database');
    const back = await deBuild('rollback', '--yes');
    await deBuild('history');
    title(`Released in ${first} and ${second}, deployed in ${deployed}, taken back in ${back}`);
    tell(`The set-up took ${setUp}, all until now ${secondsSince(started)}.`);
    return 0;
  } catch (error) {
    if (stop.exitCode !== undefined) return stop.exitCode;
    write(`\n${bold('The demo stopped.')} ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    tell('Removing everything that the demo created.');
    const failures = await during('Removing it', () => cleanUpAll(cleanUps));
    for (const failure of failures) tell(`Could not be removed: ${String(failure)}`);
    stop.release();
  }
}

interface Stop {
  /** 130 or 143 after a signal. */
  readonly exitCode: number | undefined;
  throwIfStopped(): void;
  release(): void;
}

/** The command in the terminal gets Ctrl-C itself and ends; here it only prevents the next steps. */
function stopOnSignals(): Stop {
  let exitCode: number | undefined;
  const remember = (code: number) => () => {
    exitCode ??= code;
  };
  const handlers = { SIGINT: remember(130), SIGTERM: remember(143) };
  for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
  return {
    get exitCode() {
      return exitCode;
    },
    throwIfStopped() {
      if (exitCode !== undefined) throw new Error('Stopped');
    },
    release() {
      for (const [signal, handler] of Object.entries(handlers)) process.off(signal, handler);
    },
  };
}

function runInTerminal(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly environment: NodeJS.ProcessEnv; readonly stop: Stop },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, env: options.environment, stdio: 'inherit' });
    const passOn = () => void child.kill('SIGTERM');
    process.once('SIGTERM', passOn);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      process.off('SIGTERM', passOn);
      if (code === 0) resolve();
      else reject(new Error(`The last command ended with ${code === null ? signal : `exit code ${code}`}.`));
    });
  });
}

async function cleanUpAll(cleanUps: readonly CleanUp[]): Promise<readonly unknown[]> {
  const failures: unknown[] = [];
  for (const cleanUp of cleanUps.toReversed()) {
    await cleanUp().catch((error: unknown) => failures.push(error));
  }
  return failures;
}

function title(text: string): void {
  write(`\n${bold(text)}\n`);
}

function write(text: string): void {
  process.stdout.write(text);
}

/** Plain without a terminal, or with NO_COLOR. */
function bold(text: string): string {
  const isPlain = process.stdout.isTTY !== true || (process.env.NO_COLOR ?? '') !== '';
  return isPlain ? text : styleText('bold', text);
}
