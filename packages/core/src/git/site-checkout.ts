import { chmod, lstat, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { siteCheckoutFailed } from '../errors/rebuild-failures.ts';
import type { Environment } from '../process/environment.ts';
import type { ProgramResult } from '../process/run-program.ts';
import { lastLines } from './judge-listing.ts';
import { runGit, userEnvironment } from './run-git.ts';

export interface CheckoutRequest {
  /** The folder of the site; the root of its repository may be above it. */
  readonly site: string;
  readonly commit: string;
  /** An empty folder. */
  readonly scratch: string;
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

export interface SiteCheckout {
  /** The site at that commit, within the copy. */
  readonly folder: string;
  /** Paths of submodules, which the checkout leaves empty. */
  readonly submodules: readonly string[];
}

const TIMEOUT_MS = 10 * 60_000;
/** Reading a commit into an index would run a hook. */
const WITHOUT_HOOKS = ['-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false'];

/**
 * Checks out a commit of the site's repository without changing the repository: with a separate index, without hooks,
 * and with nothing to prune when it is killed. Files that are still in the site's folder keep their permission bits, of
 * which git records only one.
 * @returns `undefined` when the repository does not have the commit
 * @throws DeBuildError `site-checkout-failed`, `git-missing`; the signal's reason
 */
export async function checkOutSite(request: CheckoutRequest): Promise<SiteCheckout | undefined> {
  const { site, commit, scratch, signal } = request;
  const environment = { ...userEnvironment(request.environment), GIT_INDEX_FILE: join(scratch, 'index') };
  const git = (folder: string, args: readonly string[]) =>
    runGit([...WITHOUT_HOOKS, ...args], { environment, folder, timeoutMs: TIMEOUT_MS, signal });
  const known = await git(site, ['cat-file', '-e', `${commit}^{commit}`]);
  if (known.exitCode !== 0) return undefined;
  const must = async (folder: string, args: readonly string[]): Promise<string> =>
    outputOf(await git(folder, args), commit);
  const top = lineOf(await must(site, ['rev-parse', '--show-toplevel']));
  const prefix = lineOf(await must(site, ['rev-parse', '--show-prefix']));
  const tree = join(scratch, 'tree');
  await mkdir(tree, { mode: 0o755 });
  await must(top, ['read-tree', commit]);
  await must(top, ['checkout-index', '--all', `--prefix=${tree}/`]);
  const entries = (await must(top, ['ls-files', '--stage', '-z'])).split('\0').flatMap((line) => {
    const [, mode, path] = /^(\d+) \S+ \d\t(.*)$/s.exec(line) ?? [];
    return mode === undefined || path === undefined ? [] : [{ mode, path }];
  });
  await keepPermissions(top, { tree, paths: entries.map(({ path }) => path), signal });
  return {
    folder: join(tree, prefix),
    submodules: entries.filter(({ mode }) => mode === '160000').map(({ path }) => path),
  };
}

async function keepPermissions(
  from: string,
  to: { readonly tree: string; readonly paths: readonly string[]; readonly signal: AbortSignal },
): Promise<void> {
  const folders = new Set<string>();
  for (const path of to.paths) {
    to.signal.throwIfAborted();
    await keepMode(join(from, path), join(to.tree, path));
    for (let folder = dirname(path); folder !== '.' && !folders.has(folder); folder = dirname(folder))
      folders.add(folder);
  }
  for (const folder of folders) await keepMode(join(from, folder), join(to.tree, folder));
}

async function keepMode(from: string, to: string): Promise<void> {
  const [original, copy] = await Promise.all([from, to].map((path) => lstat(path).catch(() => undefined)));
  if (original === undefined || copy === undefined) return;
  const isSameKind =
    (original.isFile() && copy.isFile() && ((original.mode ^ copy.mode) & 0o100) === 0) ||
    (original.isDirectory() && copy.isDirectory());
  if (isSameKind && original.mode !== copy.mode) await chmod(to, original.mode & 0o777);
}

function outputOf({ exitCode, stdout, stderr }: ProgramResult, commit: string): string {
  if (exitCode === 0) return stdout;
  throw siteCheckoutFailed(commit, lastLines(stderr));
}

function lineOf(output: string): string {
  return output.replace(/\n$/, '');
}
