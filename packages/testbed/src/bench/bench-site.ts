import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createExampleApps } from '../example-apps.ts';
import { createExampleSite, type ExampleSite } from '../example-site.ts';
import { startGitServer } from '../git-server.ts';
import type { BenchContext } from './bench-context.ts';

const FILES_PER_FOLDER = 200;

/** The example site, its apps on a private git server without delay, with this many more files in its context. */
export async function createBenchSite(
  context: BenchContext,
  options: { readonly name: string; readonly files: number },
): Promise<ExampleSite> {
  const folder = join(context.folder, options.name);
  const token = `bench_${randomBytes(16).toString('hex')}`;
  const { frappe } = await createExampleApps(join(folder, 'git'));
  const gitServer = await startGitServer({
    folder: join(folder, 'git'),
    users: [{ token }],
    publicRepositories: [frappe.name],
  });
  context.cleanUps.push(() => gitServer.close());
  const site = await createExampleSite({
    folder: join(folder, 'site'),
    gitUrl: gitServer.url,
    token,
    image: `de-build-bench/${options.name}`,
  });
  if (options.files > 0) {
    await addFiles(site, options.files);
    await site.commit('Add many files');
  }
  return site;
}

/** Small files in folders, all of which the last stage of the Containerfile copies into the image. */
async function addFiles(site: ExampleSite, count: number): Promise<void> {
  for (let first = 0; first < count; first += FILES_PER_FOLDER) {
    const folder = join(site.folder, 'files', `folder-${first / FILES_PER_FOLDER}`);
    await mkdir(folder, { recursive: true });
    const numbers = Array.from({ length: Math.min(FILES_PER_FOLDER, count - first) }, (_, at) => first + at);
    await Promise.all(
      numbers.map((number) => writeFile(join(folder, `file-${number}.txt`), `${number}\n`.repeat(100))),
    );
  }
  await appendFile(join(site.folder, '.dockerignore'), '!files\n');
  await appendFile(join(site.folder, site.containerfile), '\nCOPY files /opt/files\n');
}
