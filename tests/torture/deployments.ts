import { type ChildProcess, spawn } from 'node:child_process';
import { appendFile, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runToEnd, waitUntil } from '@de-build/testbed';
import { type DeployedWorld, startDeployedWorld } from '../engine/deployed-world.ts';
import { allOf, type Figure, noneOf } from './figure.ts';
import type { TortureContext } from './torture-context.ts';

const PART = 'deployments';
const SITES = ['erp.localhost', 'two.localhost'] as const;
const STAGES = ['pause', 'backup', 'migrate', 'swap', 'gate'] as const;
const SLOW = 'select sleep(1)';
const ORDERS = 'select customer from `tabSales Order`';

interface Trial {
  readonly name: string;
  /** Statements of the patch that this release brings. */
  readonly patch?: string;
  /** The next release does not have it. */
  readonly isPatchBroken?: boolean;
  /** Deploys the release that is in `.env`, in its own way; returns the exit code of the last command, and what it printed. */
  run(deployments: Deployments): Promise<Ended>;
  /** Whether the release must serve in the end; otherwise what ran before must. */
  readonly isDeployed: boolean;
  /** Not part of the short form. */
  readonly isLong?: boolean;
}

interface Ended {
  readonly exitCode: number;
  readonly output: string;
}

interface Deployments {
  readonly deployed: DeployedWorld;
  /** Runs the command; `disturb` is called once when its output says so. */
  deBuild(args: readonly string[], at?: readonly [said: RegExp, disturb: Disturb]): Promise<Ended>;
}

type Disturb = (child: ChildProcess) => Promise<void> | void;

/**
 * Breaks deployments in each of their stages, and finishes them or takes them back as their messages say. After each, one release
 * serves whole, with every row that was committed.
 */
export async function breakDeployments(context: TortureContext): Promise<readonly Figure[]> {
  const deployed = await startDeployedWorld({ sites: SITES });
  context.cleanUps.push(() => deployed.close());
  const deployments = { deployed, deBuild: runner(context, deployed) };
  const trials = TRIALS.filter(({ isLong = false }) => !(context.isQuick && isLong));
  const wrong = { serving: 0, rows: 0, successes: 0 };
  const customers: string[] = [];
  let serving = '1.0.0';
  let number = 0;
  for (const trial of trials) {
    context.signal.throwIfAborted();
    number++;
    const version = `2.${number}.0`;
    const customer = `Customer ${number}`;
    await deployed.addOrder(customer);
    customers.push(customer);
    const patch = trial.patch ?? `update \`tabSales Order\` set total=${number}; ${SLOW}`;
    const name = trial.isPatchBroken === true ? 'break_halfway' : `change_${number}`;
    await deployed.changeOrders(undefined, { [name]: patch });
    await deployed.release(version);
    context.tell(`${version}: ${trial.name}`);
    const { exitCode, output } = await trial.run(deployments);
    const expected = trial.isDeployed ? version : serving;
    const faults = await faultsOf(deployed, expected);
    const lost = customers.filter((one) => !faults.customers.includes(one));
    const isFalse = trial.isDeployed && exitCode === 0 && faults.found.length > 0;
    if (exitCode !== 0) faults.found.push(`exit ${exitCode}`);
    if (faults.found.length > 0) wrong.serving++;
    if (lost.length > 0) wrong.rows++;
    if (isFalse) wrong.successes++;
    if (faults.found.length + lost.length > 0)
      context.tell(
        `${trial.name}: ${[...faults.found, ...lost.map((one) => `${one} is lost`)].join(', ')}\n${output.slice(-3000)}`,
      );
    serving = expected;
  }
  return [
    allOf(trials.length, {
      part: PART,
      name: 'one release serves whole',
      right: trials.length - wrong.serving,
    }),
    noneOf(trials.length, { part: PART, name: 'lost committed rows', wrong: wrong.rows }),
    noneOf(trials.length, { part: PART, name: 'false successes', wrong: wrong.successes }),
  ];
}

const isStage = (stage: string, state: string) => new RegExp(`"stage":"${stage}".*"state":"${state}"`);
/** The patch of the release runs. */
const PATCHING = /patches\.v15_0\.(?:break_halfway|change_)/;

const kill: Disturb = (child) => {
  child.kill('SIGKILL');
};

const TRIALS: readonly Trial[] = [
  ...STAGES.flatMap((stage) =>
    ['started', 'done'].map(
      (state): Trial => ({
        name: `killed when ${stage} is ${state}, then resumed`,
        isDeployed: true,
        isLong: !(stage === 'migrate' && state === 'started'),
        async run({ deBuild }) {
          await deBuild(['deploy'], [isStage(stage, state), kill]);
          return deBuild(['deploy', '--resume']);
        },
      }),
    ),
  ),
  ...(['backup', 'migrate', 'swap', 'gate'] as const).map(
    (stage): Trial => ({
      name: `killed when ${stage} is started, then rolled back`,
      isDeployed: false,
      isLong: stage !== 'swap',
      async run({ deBuild }) {
        await deBuild(['deploy'], [isStage(stage, 'started'), kill]);
        return deBuild(['rollback', '--yes']);
      },
    }),
  ),
  ...STAGES.map(
    (stage): Trial => ({
      name: `the engine killed when ${stage} is started, then resumed`,
      isDeployed: true,
      isLong: stage !== 'migrate',
      async run({ deBuild, deployed }) {
        await deBuild(['deploy'], [isStage(stage, 'started'), () => deployed.engine.kill('SIGKILL')]);
        await deployed.engine.restart();
        await startContainers(deployed);
        return resumeOrDeploy(deBuild);
      },
    }),
  ),
  ...(['backup', 'restore', 'gate'] as const).map(
    (stage): Trial => ({
      name: `a rollback killed when ${stage} is started, and asked for again`,
      isDeployed: false,
      isLong: true,
      async run({ deBuild }) {
        await deBuild(['deploy']);
        await deBuild(['rollback', '--yes'], [isStage(stage, 'started'), kill]);
        return deBuild(['rollback', '--yes']);
      },
    }),
  ),
  {
    name: 'a patch without end, interrupted, then rolled back',
    patch: 'update `tabSales Order` set total=0; select sleep(100000)',
    isPatchBroken: true,
    isDeployed: false,
    isLong: true,
    async run({ deBuild }) {
      await deBuild(['deploy'], [PATCHING, (child) => void child.kill('SIGINT')]);
      return deBuild(['rollback', '--yes']);
    },
  },
  {
    name: 'a patch that ends the database, resumed when it is back',
    patch: 'update `tabSales Order` set total=0; select sleep(3)',
    isDeployed: true,
    isLong: true,
    async run({ deBuild, deployed }) {
      await deBuild(['deploy'], [PATCHING, () => void deployed.project.compose('kill', 'db')]);
      await startContainers(deployed);
      return resumeOrDeploy(deBuild);
    },
  },
  {
    name: 'a dump that is damaged refuses the rollback, and the release goes on serving',
    isDeployed: true,
    isLong: true,
    async run({ deBuild, deployed }) {
      const done = await deBuild(['deploy']);
      const folder = join(deployed.site.folder, '.de-build/deployments');
      const { stdout } = await runToEnd('sh', [
        '-c',
        `ls -t ${folder}/*/backups/${SITES[0]}/database.sql.gz | head -1`,
      ]);
      await flipByte(stdout.trim());
      const refused = await deBuild(['rollback', '--yes']);
      if (refused.exitCode === 0) return { exitCode: 99, output: 'the rollback took a damaged dump' };
      await flipByte(stdout.trim());
      return refused.output.includes('backup-damaged') ? done : refused;
    },
  },
  {
    name: 'Compose files edited in between, then resumed',
    isDeployed: true,
    isLong: true,
    async run({ deBuild, deployed }) {
      await deBuild(['deploy'], [isStage('swap', 'started'), kill]);
      await appendFile(join(deployed.site.folder, 'compose.yaml'), '\n# A comment\n');
      return deBuild(['deploy', '--resume']);
    },
  },
  {
    name: 'two operators at once: one deploys, the other is told who does',
    isDeployed: true,
    async run({ deBuild }) {
      let second: Promise<Ended> | undefined;
      const first = await deBuild(
        ['deploy'],
        [
          isStage('backup', 'started'),
          () => {
            second = deBuild(['deploy']);
          },
        ],
      );
      const told = await second;
      return told?.exitCode !== 0 && /site-locked|project-busy/.test(told?.output ?? '')
        ? first
        : { exitCode: 99, output: told?.output ?? '' };
    },
  },
  {
    name: 'a reader of the output that leaves, then resumed',
    isDeployed: true,
    isLong: true,
    async run({ deBuild }) {
      await deBuild(['deploy'], [isStage('migrate', 'started'), (child) => void child.stdout?.destroy()]);
      return resumeOrDeploy(deBuild);
    },
  },
  {
    name: 'a service that does not start, mended, then resumed',
    isDeployed: true,
    isLong: true,
    async run({ deBuild, deployed }) {
      const path = join(deployed.site.folder, 'compose.yaml');
      const text = await readFile(path, 'utf8');
      const broken = text.replace(
        'command: bench worker --queue short,default',
        'command: bench no-such-command',
      );
      await writeFile(path, broken);
      const failed = await deBuild(['deploy']);
      await writeFile(path, text);
      if (broken === text || failed.exitCode === 0) return { exitCode: 99, output: failed.output };
      return deBuild(['deploy', '--resume']);
    },
  },
];

/** What the messages ask for: `--resume`, or, where all was undone, a new deployment. */
async function resumeOrDeploy(deBuild: Deployments['deBuild']): Promise<Ended> {
  const resumed = await deBuild(['deploy', '--resume']);
  return resumed.output.includes('nothing-to-resume') ? deBuild(['deploy']) : resumed;
}

/** An engine that was killed stops what it finds running when it starts again, and leaves it so. */
async function startContainers({ engine, project }: DeployedWorld): Promise<void> {
  const { command, env } = engine.dockerCli;
  const label = `label=com.docker.compose.project=${project.name}`;
  const start = `"$0" start $("$0" ps --all --quiet --filter ${label} --filter status=exited)`;
  await runToEnd('sh', ['-c', start, command], { environment: { ...process.env, ...env } });
  await waitUntil('the database is healthy again', async () =>
    (await project.compose('ps', '--format={{.Health}}', 'db')).includes('healthy'),
  );
}

async function flipByte(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, 1000);
    await file.write(Buffer.from([(byte[0] ?? 0) ^ 0xff]), 0, 1, 1000);
  } finally {
    await file.close();
  }
}

/** What a person would find wrong, when this release should serve. */
async function faultsOf({ project, site, deBuild, engine }: DeployedWorld, version: string) {
  const found: string[] = [];
  const images = await project.compose(
    ...['ps', '--all', '--format={{.Service}} {{.Image}} {{.State}}'],
    ...['backend', 'frontend', 'websocket', 'queue-short', 'queue-long', 'scheduler'],
  );
  for (const line of images.split('\n'))
    if (!line.endsWith(`${site.image}:${version} running`)) found.push(`${line}, not ${version}`);
  for (const each of SITES) {
    const page = await project.get('/api/method/ping', { site: each });
    if (page.status !== 200) found.push(`${each} answers ${page.status}`);
  }
  const customers = (await project.sql(ORDERS)).map(([customer = '']) => customer);
  const { command, env } = engine.dockerCli;
  const { stdout } = await runToEnd(command, ['ps', '--all', '--quiet', '--filter=label=de-build.holder'], {
    environment: { ...process.env, ...env },
  });
  if (stdout.trim() !== '') found.push('a container of de-build is left');
  const { exitCode } = await deBuild('history');
  if (exitCode !== 0) found.push('the ledger is broken');
  return { found, customers };
}

function runner(context: TortureContext, { engine, site }: DeployedWorld): Deployments['deBuild'] {
  return (args, at) =>
    new Promise((resolve, reject) => {
      const { PATH, HOME } = process.env;
      const command = [context.cli, ...args, '--host', engine.host, '--progress', 'json'];
      const child = spawn(process.execPath, command, {
        cwd: site.folder,
        env: { PATH, HOME, ...engine.dockerCli.env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      let disturbed: Promise<void> | undefined;
      const read = (text: string) => {
        output += text;
        if (at === undefined || disturbed !== undefined || !at[0].test(output)) return;
        disturbed = Promise.resolve(at[1](child)) as Promise<void>;
      };
      child.stdout.setEncoding('utf8').on('data', read);
      child.stderr.setEncoding('utf8').on('data', read);
      child.on('error', reject);
      child.on('close', async (code, signal) => {
        await disturbed?.catch(reject);
        if (at !== undefined && disturbed === undefined)
          context.tell(`It never said ${at[0].source}:\n${output.slice(-2000)}`);
        await sleep(100);
        resolve({ exitCode: code ?? (signal === 'SIGKILL' ? 137 : 1), output });
      });
    });
}
