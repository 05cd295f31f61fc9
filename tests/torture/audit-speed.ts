import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { removeRepository, type SharedEngine } from '@de-build/testbed';
import { comparePaired } from '../../packages/testbed/src/bench/compare-paired.ts';
import { runProgram } from '../../packages/testbed/src/bench/program.ts';
import type { Figure } from './figure.ts';
import type { TortureContext } from './torture-context.ts';
import { createVariedTar } from './varied-files.ts';

const GIGA = 1e9;
const AIM = 1.8;

/** What it costs to search an image, against `docker save IMAGE > /dev/null`, in pairs; on every engine. */
export async function measureAuditSpeed(context: TortureContext): Promise<readonly Figure[]> {
  const { isQuick, signal, folder, cli, tell, cleanUps } = context;
  const figures: Figure[] = [];
  const site = await createAuditedSite(join(folder, 'audit-speed'));
  for (const engine of await context.engines()) {
    const repository = `de-build-torture/${randomBytes(4).toString('hex')}`;
    cleanUps.push(() => removeRepository(engine.host, repository));
    const bytes = isQuick ? GIGA / 10 : GIGA;
    tell(`Making an image of ${bytes / 1e6} MB on engine ${engine.version}`);
    await importImage(engine, { image: `${repository}:1`, bytes, signal });
    const { command, env } = engine.dockerCli;
    const { ratio, quartiles, ours, peer } = await comparePaired({
      ours: async () => {
        await rm(join(site, '.de-build'), { recursive: true, force: true });
        const args = [cli, 'audit', `${repository}:1`, '--json', '--host', engine.host];
        return (await runProgram({ command: process.execPath, args, folder: site }, signal)).ms;
      },
      peer: async () => {
        const args = ['-c', `"$0" save ${repository}:1 > /dev/null`, command];
        return (await runProgram({ command: 'sh', args, environment: env }, signal)).ms;
      },
      pairs: isQuick ? 1 : 5,
      warmUps: 1,
    });
    const [low, high] = quartiles.map((each) => each.toFixed(2));
    tell(
      `audit ${(ours / 1000).toFixed(1)} s, docker save ${(peer / 1000).toFixed(1)} s; the middle half of the pairs: ${low}–${high}`,
    );
    figures.push({
      part: 'audit-speed',
      name: `audit of ${bytes / 1e6} MB : docker save, engine ${engine.version}`,
      value: ratio.toFixed(2),
      // So small an image takes no longer than the start of the program.
      ...(isQuick ? {} : { aim: `≤ ${AIM.toFixed(1)}`, isMet: ratio <= AIM }),
    });
    await removeRepository(engine.host, repository);
  }
  return figures;
}

/** A site with four secrets, enough to audit images with. @returns its folder */
export async function createAuditedSite(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const secret = () => randomBytes(18).toString('hex');
  await writeFile(
    join(folder, '.env'),
    `DE_SITE_VERSION=1.0.0\nPAT_DESIRED_EFFECT=ghp_${secret()}\nDB_PASSWORD=${secret()}\nADMIN_PASSWORD=${secret()}\nSMTP_SECRET=${secret()}\n`,
  );
  await writeFile(join(folder, 'apps.json'), '[]');
  return folder;
}

async function importImage(
  engine: SharedEngine,
  { image, bytes, signal }: { readonly image: string; readonly bytes: number; readonly signal: AbortSignal },
): Promise<void> {
  const { command, env } = engine.dockerCli;
  const child = spawn(command, ['import', '-', image], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const makeTar = await createVariedTar(bytes, signal);
  await pipeline(makeTar(), child.stdin);
  const code = await ended;
  if (code !== 0) throw new Error(`docker import ended with ${code}`);
}
