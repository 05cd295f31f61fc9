import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createExampleApps,
  createExampleSite,
  createRealisticApp,
  type ExampleSite,
  removeRepository,
  type SharedEngine,
  startGitServer,
} from '@de-build/testbed';
import type { Figure } from './figure.ts';
import { watchMemory } from './peak-memory.ts';
import type { TortureContext } from './torture-context.ts';

const PART = 'scale';
const MOST_MEGABYTES = 250;
/** Of twice as much, to linear. */
const MOST_GROWTH = 1.3;
const MEGABYTE = 1e6;
const CHUNK = 16 * MEGABYTE;

interface Size {
  readonly name: string;
  readonly amount: number;
  prepare(site: ExampleSite, gitFolder: string, amount: number): Promise<void>;
}

const TOKEN = randomBytes(18).toString('hex');

const SIZES: readonly Size[] = [
  {
    name: 'small apps',
    amount: 200,
    async prepare(site, gitFolder, amount) {
      const names = Array.from({ length: amount }, (_, at) => `many/app_${at}`);
      for (const name of names)
        await createRealisticApp(gitFolder, { name, files: 10, bytes: 2000, commits: 0 });
      await site.setApps(names.map((name) => ({ url: `${name}.git`, branch: 'version-15' })));
    },
  },
  {
    name: 'MB of one app',
    amount: 1000,
    async prepare(site, gitFolder, amount) {
      const name = `large/app_${amount}`;
      const { folder } = await createRealisticApp(gitFolder, { name, files: 10, bytes: 2000, commits: 0 });
      await addRandomFiles(folder, amount * MEGABYTE);
      await site.setApps([{ url: `${name}.git`, branch: 'version-15' }]);
    },
  },
  {
    name: 'files of the context',
    amount: 50_000,
    async prepare(site, _gitFolder, amount) {
      for (let at = 0; at < amount; at++) {
        const folder = join(site.folder, 'many', String(at % 200));
        if (at < 200) await mkdir(folder, { recursive: true });
        await writeFile(join(folder, `${at}.txt`), `content ${at}\n`);
      }
    },
  },
];

/** Releases half of an amount and then the whole: the memory of the process, and the time of twice as much to twice the time. */
export async function measureScale(context: TortureContext): Promise<readonly Figure[]> {
  const engine = (await context.engines()).at(-1);
  if (engine === undefined) return [];
  const figures: Figure[] = [];
  for (const size of SIZES) {
    const amount = context.isQuick ? size.amount / 20 : size.amount;
    const half = await release(context, engine, { size, amount: amount / 2 });
    const whole = await release(context, engine, { size, amount });
    const growth = whole.seconds / (2 * half.seconds);
    const name = `${amount} ${size.name}`;
    figures.push(
      {
        part: PART,
        name: `peak memory for ${name}, in MB`,
        value: whole.peak.toFixed(0),
        aim: `≤ ${MOST_MEGABYTES}`,
        isMet: whole.peak > 0 && whole.peak <= MOST_MEGABYTES,
      },
      {
        part: PART,
        name: `time for ${name} : twice that for half`,
        value: growth.toFixed(2),
        aim: `≤ ${MOST_GROWTH}`,
        isMet: growth <= MOST_GROWTH,
      },
    );
  }
  return figures;
}

async function release(
  { cli, folder, tell, signal }: TortureContext,
  { host }: SharedEngine,
  { size, amount }: { readonly size: Size; readonly amount: number },
) {
  const own = join(folder, `scale-${randomBytes(4).toString('hex')}`);
  const gitFolder = join(own, 'git');
  const image = `de-build-test/${randomBytes(6).toString('hex')}`;
  const { frappe } = await createExampleApps(gitFolder);
  const server = await startGitServer({
    folder: gitFolder,
    users: [{ token: TOKEN }],
    publicRepositories: [frappe.name],
  });
  try {
    const site = await createExampleSite({
      folder: join(own, 'site'),
      gitUrl: server.url,
      token: TOKEN,
      image,
      apps: [],
    });
    await size.prepare(site, gitFolder, amount);
    await writeFile(join(site.folder, '.dockerignore'), '.git\n');
    await site.commit('Grow');
    tell(`Releasing ${amount} ${size.name}`);
    const run = await watchMemory([cli, '--progress', 'json', '--host', host], {
      folder: site.folder,
      signal,
    });
    if (run.exitCode !== 0) throw new Error(`de-build ended with ${run.exitCode}: ${run.output.slice(-800)}`);
    tell(`${run.seconds.toFixed(0)} s (${stagesOf(run.output)}), ${run.peak.toFixed(0)} MB`);
    return run;
  } finally {
    await server.close();
    await removeRepository(host, image);
  }
}

function stagesOf(output: string): string {
  const events = output.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
  return events
    .filter(({ type, state }) => type === 'stage' && state === 'done')
    .map(({ stage, durationMs }) => `${stage} ${(durationMs / 1000).toFixed(0)}`)
    .join(', ');
}

/** A commit with files that nothing compresses. */
async function addRandomFiles(repository: string, bytes: number): Promise<void> {
  const git = spawn('git', ['-C', repository, 'fast-import', '--quiet', '--force'], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const write = async (piece: string | Buffer) => {
    if (!git.stdin.write(piece)) await once(git.stdin, 'drain');
  };
  const person = 'Torture <torture@example.invalid> 1767225600 +0000';
  const ref = 'refs/heads/version-15';
  await write(`commit ${ref}\ncommitter ${person}\ndata 4\nGrow\nfrom ${ref}^0\n`);
  for (let at = 0; at * CHUNK < bytes; at++) {
    const piece = randomBytes(Math.min(CHUNK, bytes - at * CHUNK));
    await write(`M 100644 inline large/${at}.bin\ndata ${piece.length}\n`);
    await write(piece);
    await write('\n');
  }
  git.stdin.end('\ndone\n');
  const [code] = await once(git, 'close');
  if (code !== 0) throw new Error(`git fast-import ended with ${code}`);
}
