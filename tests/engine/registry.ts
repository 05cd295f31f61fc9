import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureCached } from '../../packages/testbed/src/cache-folder.ts';
import { readDistribution, unpackPackages } from '../../packages/testbed/src/debian-packages.ts';

/** An image registry on this machine's loopback, where engines take one without TLS. */
export interface TestRegistry {
  /** `127.0.0.1:34567` */
  readonly host: string;
  /** A folder for `DOCKER_CONFIG`, as `docker login` leaves it. */
  readonly dockerConfig: string;
  readonly user: string;
  readonly password: string;
  stop(): Promise<void>;
}

const USER = 'releaser';
const PASSWORD = 'planted-registry-password';
/** Of the password; the registry takes bcrypt only, which Node has not. */
const PASSWORD_HASH = '$2y$05$abcdefghijklmnopqrstuu7.Rffb/e3GvgNr9ynXYVmPMI0ht.mgC';

/** Why there is no registry for a test; `undefined` when there can be one. */
export function whyNoRegistry(): string | undefined {
  return readDistribution() === undefined ? "a registry is taken from Debian's packages" : undefined;
}

export async function startRegistry(): Promise<TestRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'de-build-registry-'));
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  await writeFile(join(folder, 'users'), `${USER}:${PASSWORD_HASH}\n`);
  await writeFile(
    join(folder, 'config.yml'),
    `version: 0.1
log: { level: error }
storage: { filesystem: { rootdirectory: ${join(folder, 'data')} } }
http: { addr: '${host}', secret: test }
auth: { htpasswd: { realm: test, path: ${join(folder, 'users')} } }
`,
  );
  const auth = Buffer.from(`${USER}:${PASSWORD}`).toString('base64');
  await writeFile(join(folder, 'config.json'), JSON.stringify({ auths: { [host]: { auth } } }));
  const child = spawn(await ensureRegistry(), ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('close', resolve));
  for (let left = 100; left > 0; left--) {
    const answer = await fetch(`http://${host}/v2/`).catch(() => undefined);
    if (answer?.status === 401) break;
    if (left === 1) throw new Error('The registry did not come up.');
    await sleep(100);
  }
  return {
    host,
    dockerConfig: folder,
    user: USER,
    password: PASSWORD,
    async stop() {
      child.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** The program, downloaded once for each machine. */
async function ensureRegistry(): Promise<string> {
  const suite = readDistribution()?.codename ?? '';
  const folder = await ensureCached(`registry-${suite}`, (into) =>
    unpackPackages({ suite, packages: ['docker-registry'] }, into),
  );
  return join(folder, 'usr/bin/docker-registry');
}
