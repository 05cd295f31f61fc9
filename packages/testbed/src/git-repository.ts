import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A bare repository below a git server's folder, written to directly: no work tree, no push. */
export interface AppRepository {
  /** Path on the server without `.git`: `acme/warehouse`. */
  readonly name: string;
  /** Absolute path of the bare repository. */
  readonly folder: string;
  readonly defaultBranch: string;
  /** Adds one commit and moves the branch to it; returns its id. */
  commit(change: RepositoryChange): Promise<string>;
  /** Makes a branch, or moves it, to a commit, branch or tag; gives the commit. */
  setBranch(name: string, to?: string): Promise<string>;
  deleteBranch(name: string): Promise<void>;
  /** Tags the tip of the default branch unless `at` says otherwise. */
  tag(name: string, options?: TagOptions): Promise<{ commit: string; tagObject?: string }>;
  /** What HEAD names, which is what a clone without `--branch` checks out. */
  setDefaultBranch(name: string): Promise<void>;
  /** The commit a name points at. */
  resolve(name: string): Promise<string>;
}

export interface RepositoryChange {
  /** The default branch unless given. A branch that does not exist starts from the default branch. */
  readonly branch?: string;
  readonly message?: string;
  /** Path → content; `null` deletes. */
  readonly files: Readonly<Record<string, string | null>>;
}

export interface TagOptions {
  readonly at?: string;
  readonly annotated?: boolean;
}

export interface AppRepositoryOptions {
  /** `org/name` on the server. */
  readonly name: string;
  readonly defaultBranch?: string;
  /** Version in the app's `__init__.py`. */
  readonly version?: string;
  /** Instead of the smallest Frappe app. */
  readonly files?: Readonly<Record<string, string>>;
}

const PERSON = 'Testbed <testbed@example.invalid>';
const FIRST_COMMIT_SECONDS = Date.UTC(2026, 0, 1) / 1000;

/**
 * Makes a bare repository with one commit of the smallest Frappe app. Names, dates and therefore commit ids are
 * the same on every run.
 */
export async function createAppRepository(
  serverFolder: string,
  options: AppRepositoryOptions,
): Promise<AppRepository> {
  const defaultBranch = options.defaultBranch ?? 'main';
  const folder = join(serverFolder, `${options.name}.git`);
  await mkdir(folder, { recursive: true });
  await git(folder, ['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`]);
  const repository = openAppRepository(folder, options.name, defaultBranch);
  await repository.commit({
    message: 'Start the app',
    files: options.files ?? smallestApp(options.name, options.version ?? '1.0.0'),
  });
  return repository;
}

function openAppRepository(folder: string, name: string, defaultBranch: string): AppRepository {
  let clock = FIRST_COMMIT_SECONDS;
  const tick = (): string => {
    clock += 60;
    return `${clock} +0000`;
  };
  const tryResolve = async (ref: string): Promise<string | undefined> => {
    const found = await git(folder, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`], {
      mayFail: true,
    });
    return found === '' ? undefined : found;
  };
  const resolve = async (ref: string): Promise<string> => {
    const commit = await tryResolve(ref);
    if (commit === undefined) throw new Error(`${name} has no ${ref}`);
    return commit;
  };

  return {
    name,
    folder,
    defaultBranch,
    resolve,
    async commit({ branch = defaultBranch, message = 'Change the app', files }) {
      const parent =
        (await tryResolve(`refs/heads/${branch}`)) ?? (await tryResolve(`refs/heads/${defaultBranch}`));
      const when = tick();
      const lines = [
        `commit refs/heads/${branch}`,
        `author ${PERSON} ${when}`,
        `committer ${PERSON} ${when}`,
        data(message),
      ];
      if (parent !== undefined) lines.push(`from ${parent}`);
      for (const [path, content] of Object.entries(files)) {
        lines.push(content === null ? `D ${path}` : `M 100644 inline ${path}\n${data(content)}`);
      }
      await git(folder, ['fast-import', '--quiet', '--force'], { input: `${lines.join('\n')}\n` });
      return resolve(`refs/heads/${branch}`);
    },
    async setBranch(branch, to = `refs/heads/${defaultBranch}`) {
      const commit = await resolve(to);
      await git(folder, ['update-ref', `refs/heads/${branch}`, commit]);
      return commit;
    },
    async deleteBranch(branch) {
      await git(folder, ['update-ref', '-d', `refs/heads/${branch}`]);
    },
    async tag(tag, { at = `refs/heads/${defaultBranch}`, annotated = false } = {}) {
      const commit = await resolve(at);
      if (!annotated) {
        await git(folder, ['update-ref', `refs/tags/${tag}`, commit]);
        return { commit };
      }
      await git(folder, ['fast-import', '--quiet', '--force'], {
        input: `tag ${tag}\nfrom ${commit}\ntagger ${PERSON} ${tick()}\n${data(`Release ${tag}`)}\n`,
      });
      return { commit, tagObject: await git(folder, ['rev-parse', `refs/tags/${tag}`]) };
    },
    async setDefaultBranch(branch) {
      await git(folder, ['symbolic-ref', 'HEAD', `refs/heads/${branch}`]);
    },
  };
}

/** The files that make a folder an app for bench: a Python project with a version and hooks. */
function smallestApp(repositoryName: string, version: string): Record<string, string> {
  const app = (repositoryName.split('/').at(-1) ?? repositoryName).replaceAll('-', '_');
  return {
    'pyproject.toml': `[project]\nname = "${app}"\ndynamic = ["version"]\nrequires-python = ">=3.10"\n`,
    'README.md': `# ${app}\n`,
    [`${app}/__init__.py`]: `__version__ = "${version}"\n`,
    [`${app}/hooks.py`]: `app_name = "${app}"\napp_title = "${app}"\n`,
    [`${app}/modules.txt`]: `${app}\n`,
    [`${app}/patches.txt`]: '',
  };
}

/** A `data` command of git's fast-import format. */
function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}

function git(
  folder: string,
  args: readonly string[],
  options: { readonly input?: string; readonly mayFail?: boolean } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['--git-dir', folder, ...args], {
      env: {
        PATH: process.env.PATH,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        LC_ALL: 'C',
      },
      stdio: 'pipe',
    });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0 || options.mayFail === true) resolve(Buffer.concat(output).toString().trim());
      else reject(new Error(`git ${args[0]} ended with ${code}: ${Buffer.concat(errors).toString().trim()}`));
    });
    // A git that needs no input may exit before it is written; its exit code says whether that is an error.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}
