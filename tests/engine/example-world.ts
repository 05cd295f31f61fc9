import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createExampleApps,
  createExampleSite,
  type ExampleApps,
  type ExampleSite,
  type ExampleSiteOptions,
  type GitServer,
  removeRepository,
  type SharedEngine,
  startGitServer,
} from '@de-build/testbed';

/** A git server with the example's private apps, and as many sites as a test wants. */
export interface ExampleWorld {
  readonly folder: string;
  readonly apps: ExampleApps;
  readonly server: GitServer;
  readonly token: string;
  /** A new site with an image name of its own, which is taken off the engine by `close`. */
  addSite(engine: { readonly host: string }, options?: Partial<ExampleSiteOptions>): Promise<ExampleSite>;
  close(): Promise<void>;
}

export async function createExampleWorld(options: { readonly token?: string } = {}): Promise<ExampleWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'de-build-world-'));
  const token = options.token ?? `planted_${randomBytes(18).toString('hex')}`;
  const apps = await createExampleApps(join(folder, 'git'));
  const server = await startGitServer({
    folder: join(folder, 'git'),
    users: [{ token }],
    publicRepositories: [apps.frappe.name],
  });
  const images: { host: string; image: string }[] = [];
  const sites: string[] = [];
  return {
    folder,
    apps,
    server,
    token,
    async addSite(engine, options = {}) {
      const name = randomBytes(6).toString('hex');
      const image = `de-build-test/${name}`;
      images.push({ host: engine.host, image });
      const site = await createExampleSite({
        folder: join(folder, `site-${name}`),
        gitUrl: server.url,
        token: /[^\w.-]/.test(token) ? `'${token}'` : token,
        image,
        ...options,
      });
      await copyCleanLayers(sites, site.folder);
      sites.push(site.folder);
      return site;
    },
    async close() {
      await server.close();
      for (const { host, image } of images) await removeRepository(host, image).catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The layers of the base image that a site of the world has searched need no second search. */
async function copyCleanLayers(sites: readonly string[], to: string): Promise<void> {
  await mkdir(join(to, '.de-build'), { mode: 0o700 });
  const path = '.de-build/clean-layers.json';
  for (const from of sites) await copyFile(join(from, path), join(to, path)).catch(() => undefined);
}

/** Options of every call into core for a site of the world. */
export function siteOptions(site: ExampleSite, engine: Pick<SharedEngine, 'host'>) {
  return {
    site: site.folder,
    host: engine.host,
    environment: { PATH: process.env.PATH, HOME: process.env.HOME },
  };
}
