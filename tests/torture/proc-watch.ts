import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExampleDialect, SharedEngine } from '@de-build/testbed';
import { createExampleWorld, type ExampleWorld } from '../engine/example-world.ts';
import { type CliRun, runCli } from '../engine/run-cli.ts';
import { secretForms } from '../engine/secret-forms.ts';
import { allOf, type Figure, noneOf } from './figure.ts';
import type { TortureContext } from './torture-context.ts';
import { type ByteTrace, readTrace, traceInto, whyNoStrace } from './trace-bytes.ts';

const DIALECTS = ['cache-bust', 'build-arg'] as const satisfies readonly ExampleDialect[];
const DELIVERIES = ['sources', 'inject'] as const;

type Delivery = (typeof DELIVERIES)[number];
interface Release {
  readonly engine: SharedEngine;
  readonly dialect: ExampleDialect;
  readonly delivery: Delivery;
  /** The engine is reached through ssh, and a registry's password comes from a helper. */
  readonly isFar: boolean;
}

/**
 * Whole releases, in both dialects and both deliveries, while all their processes are looked at a thousand times a
 * second, and once more while strace reports every program that they start and every byte that they write.
 */
export async function watchReleases(context: TortureContext): Promise<readonly Figure[]> {
  const engines = await context.engines();
  if (engines.length === 0) return [];
  const token = `Pl4nted${randomBytes(9).toString('hex')}/+~${randomBytes(9).toString('hex')}=Z`;
  const password = `R3gistry-${randomBytes(12).toString('hex')}`;
  const world = await createExampleWorld({ token });
  context.cleanUps.push(() => world.close());
  const forms = [token, password, `x-access-token:${token}`, `planted:${password}`].flatMap(secretForms);
  const watched = emptyCount();
  const traced = { runs: 0, released: 0, programs: 0, writes: 0, leaks: new Set<string>() };
  const noStrace = whyNoStrace();
  if (noStrace !== undefined) context.tell(`No byte is traced: ${noStrace}.`);
  for (const release of releasesOn(context.isQuick ? engines.slice(-1) : engines, context.isQuick)) {
    context.signal.throwIfAborted();
    context.tell(`${release.delivery}, ${release.dialect}, Docker Engine ${release.engine.version}`);
    const run = await runRelease(world, release, { folder: context.folder, password, watchFor: forms });
    addRun(watched, run);
    tellFailure(context, run);
    if (noStrace !== undefined || release.isFar) continue;
    const file = join(context.folder, 'trace');
    const again = await runRelease(world, release, {
      folder: context.folder,
      password,
      through: traceInto(file),
    });
    tellFailure(context, again);
    const trace = await readTrace(file, forms);
    await rm(file);
    traced.runs += 1;
    traced.released += again.exitCode === 0 && trace.secretWrites > 0 ? 1 : 0;
    traced.programs += trace.programs;
    traced.writes += trace.secretWrites;
    for (const leak of trace.leaks) traced.leaks.add(leak);
  }
  for (const leak of [...watched.leaks, ...watched.dumpable, ...traced.leaks]) context.tell(`LEAK: ${leak}`);
  return [...watchedFigures(watched), ...(noStrace === undefined ? tracedFigures(traced) : [])];
}

function tellFailure({ tell }: TortureContext, { exitCode, stderr }: CliRun): void {
  if (exitCode !== 0) tell(`It ended with ${exitCode}: ${stderr.trim().split('\n').slice(0, 6).join('\n')}`);
}

function releasesOn(engines: readonly SharedEngine[], isQuick: boolean): readonly Release[] {
  const near = engines.flatMap((engine) =>
    DIALECTS.flatMap((dialect) =>
      DELIVERIES.map((delivery) => ({ engine, dialect, delivery, isFar: false })),
    ),
  );
  const [engine] = engines.slice(-1);
  const far =
    engine === undefined ? [] : [{ engine, dialect: 'secret', delivery: 'inject', isFar: true } as const];
  // The suite of secrets watches releases with the other delivery.
  return isQuick ? near.slice(0, 1) : [...near, ...far];
}

interface RunOptions {
  readonly folder: string;
  readonly password: string;
  readonly watchFor?: readonly string[];
  readonly through?: readonly string[];
}

async function runRelease(world: ExampleWorld, release: Release, options: RunOptions): Promise<CliRun> {
  const { engine, dialect, delivery, isFar } = release;
  const site = await world.addSite(engine, {
    dialect,
    privateFrappe: true,
    // With its token in the build an image holds it, and would not be released.
    config: { tokenDelivery: delivery, audit: delivery === 'inject' ? 'warn' : 'fail' },
  });
  const helpers = await installHelpers(
    join(options.folder, randomBytes(4).toString('hex')),
    engine,
    options.password,
  );
  return runCli(['--progress', 'plain', '--host', isFar ? 'ssh://far' : engine.host], {
    folder: site.folder,
    environment: { PATH: `${helpers.bin}:${process.env.PATH}`, DOCKER_CONFIG: helpers.config },
    ...(options.watchFor === undefined ? {} : { watchFor: options.watchFor }),
    ...(options.through === undefined ? {} : { through: options.through }),
  });
}

/** An ssh that leads to the engine, and a credential helper as `docker login` sets them up. */
async function installHelpers(folder: string, engine: SharedEngine, password: string) {
  const [bin, config] = [join(folder, 'bin'), join(folder, 'config')];
  await mkdir(bin, { recursive: true });
  await mkdir(config);
  const socket = engine.host.replace('unix://', '');
  const relay = `require('net').connect('${socket}',function(){process.stdin.pipe(this).pipe(process.stdout)})`;
  await writeFile(join(bin, 'ssh'), `#!/bin/sh\nexec '${process.execPath}' -e "${relay}"\n`, { mode: 0o755 });
  const answer = JSON.stringify({ Username: 'planted', Secret: password });
  await writeFile(
    join(bin, 'docker-credential-planted'),
    `#!/bin/sh\ncat >/dev/null\ncat '${config}/answer'\n`,
    {
      mode: 0o755,
    },
  );
  await writeFile(join(config, 'answer'), answer, { mode: 0o600 });
  await writeFile(join(config, 'config.json'), JSON.stringify({ credsStore: 'planted' }), { mode: 0o600 });
  return { bin, config };
}

const emptyCount = () => ({
  runs: 0,
  released: 0,
  processes: 0,
  looks: 0,
  commands: new Set<string>(),
  leaks: new Set<string>(),
  dumpable: new Set<string>(),
});

function addRun(count: ReturnType<typeof emptyCount>, { exitCode, processes }: CliRun): void {
  count.runs += 1;
  count.released += exitCode === 0 ? 1 : 0;
  count.processes += processes.seen;
  count.looks += processes.looks;
  for (const command of processes.commands) count.commands.add(command);
  for (const leak of processes.leaks) count.leaks.add(leak);
  for (const command of processes.dumpable)
    if (command !== 'sh') count.dumpable.add(`core dump of ${command}`);
}

const part = 'proc-watch';

function watchedFigures(watched: ReturnType<typeof emptyCount>): readonly Figure[] {
  const { runs, released, processes, looks, commands, leaks, dumpable } = watched;
  return [
    allOf(runs, { part, name: 'whole releases, both dialects, both deliveries', right: released }),
    noneOf(processes, {
      part,
      name: `processes with a secret in argv or environ, of ${commands.size} commands, ${looks} looks`,
      wrong: leaks.size,
    }),
    noneOf(processes, { part, name: 'processes whose memory a core dump would hold', wrong: dumpable.size }),
  ];
}

function tracedFigures(traced: {
  readonly runs: number;
  readonly released: number;
  readonly programs: number;
  readonly writes: number;
  readonly leaks: ByteTrace['leaks'] | ReadonlySet<string>;
}): readonly Figure[] {
  const leaks = [...traced.leaks];
  const started = leaks.filter((leak) => leak.startsWith('execve'));
  return [
    allOf(traced.runs, { part, name: 'the same, traced by the kernel', right: traced.released }),
    noneOf(traced.programs, { part, name: 'programs started with a secret', wrong: started.length }),
    noneOf(traced.writes, {
      part,
      name: 'writes of a secret, but to sockets and files of mode 0600',
      wrong: leaks.length - started.length,
    }),
  ];
}
