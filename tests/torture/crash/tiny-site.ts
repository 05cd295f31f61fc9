import { randomBytes } from 'node:crypto';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAppRepository, removeRepository, runCommand, startGitServer } from '@de-build/testbed';

/** A site whose release takes a second: one app, and one step, which comes from the build cache. */
export interface TinySite {
  readonly folder: string;
  readonly image: string;
  /** The site before anything was released, in a folder of its own; it releases another image. */
  copy(name: string, image: string): Promise<string>;
  close(): Promise<void>;
}

export const TINY_VERSION = '1.0.0';

export async function createTinySite(
  folder: string,
  engine: { readonly host: string; readonly busyboxImage: string },
): Promise<TinySite> {
  const token = `tiny_${randomBytes(16).toString('hex')}`;
  const app = await createAppRepository(join(folder, 'git'), {
    name: 'tiny/tiny_app',
    defaultBranch: 'main',
    files: { 'tiny_app/__init__.py': '__version__ = "1.0.0"\n' },
  });
  const server = await startGitServer({ folder: join(folder, 'git'), users: [{ token }] });
  const site = join(folder, 'template');
  const image = `de-build-tiny/${randomBytes(6).toString('hex')}`;
  const state = {
    tiny_app: {
      is_repo: true,
      resolution: { commit_hash: await app.resolve('main'), branch: 'main' },
      version: '1.0.0',
    },
  };
  const url = `${server.url.replace('://', '://${PAT_TINY}@')}/tiny/tiny_app`;
  const files = {
    '.env': `DE_SITE_VERSION=${TINY_VERSION}\nPAT_TINY=${token}\n`,
    'de-example.env': 'DE_SITE_VERSION=1.0.0\n# @sensitive\nPAT_TINY=\n',
    '.gitignore': '.env\n.de-build/\nbuild-manifests/\n',
    '.dockerignore': '*\n',
    'apps.json': JSON.stringify([{ url, branch: 'main' }]),
    'de-build.json': configOf(image),
    Containerfile: [
      `FROM ${engine.busyboxImage}`,
      'RUN --mount=type=secret,id=apps_json,target=/apps.json test -s /apps.json \\',
      '  && mkdir -p /home/frappe/frappe-bench/sites \\',
      `  && echo '${JSON.stringify(state)}' > /home/frappe/frappe-bench/sites/apps.json`,
      '',
    ].join('\n'),
  };
  await mkdir(site, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(site, name), text, { mode: 0o600 });
  const git = (...args: string[]) =>
    runCommand('git', ['-C', site, '-c', 'user.name=Tiny', '-c', 'user.email=tiny@example.invalid', ...args]);
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  await git('commit', '--quiet', '--message=Lay out the site');
  return {
    folder: site,
    image,
    async copy(name, image) {
      const copy = join(folder, name);
      await rm(copy, { recursive: true, force: true });
      await cp(site, copy, { recursive: true });
      await writeFile(join(copy, 'de-build.json'), configOf(image));
      return copy;
    },
    async close() {
      await server.close();
      await removeRepository(engine.host, image).catch(() => undefined);
    },
  };
}

function configOf(image: string): string {
  return JSON.stringify({ image, containerfile: 'Containerfile' });
}
