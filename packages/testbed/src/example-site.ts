import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { EXAMPLE_APP_NAMES } from './example-apps.ts';
import { runCommand } from './run-command.ts';
import { workspaceFile } from './workspace-file.ts';

export interface ExampleSiteOptions {
  /** Made by this; must not hold a site yet. */
  readonly folder: string;
  /** The git server: `http://127.0.0.1:PORT`. */
  readonly gitUrl: string;
  /** What `.env` holds as PAT_DESIRED_EFFECT. */
  readonly token: string;
  /**
   * Which of the Containerfiles; `cache-bust` is the secret dialect with CACHE_BUST, frappe_docker's newest. `layered` is that
   * too, for an image that runs: only then has the site its compose.yaml, and the keys of `.env` that this uses.
   */
  readonly dialect?: ExampleDialect;
  /** `1.0.0` unless given. */
  readonly version?: string;
  /** `desiredeffect/mini-erp` unless given. */
  readonly image?: string;
  /** Instead of the three apps of the example; a URL without a scheme is taken below `gitUrl`, with the token. */
  readonly apps?: readonly ExampleAppEntry[];
  /** FRAPPE_PATH needs the token too. */
  readonly privateFrappe?: boolean;
  /** Lines of `.env` to change or add. */
  readonly env?: Readonly<Record<string, string>>;
  /** Keys of de-build.json to change or add. */
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface ExampleAppEntry {
  /** `example/mini_erp`, or a whole URL. */
  readonly url: string;
  readonly branch?: string;
  readonly [extra: string]: unknown;
}

export type ExampleDialect = 'cache-bust' | 'secret' | 'build-arg' | 'layered';

export interface ExampleSite {
  readonly folder: string;
  readonly image: string;
  /** Relative to the folder. */
  readonly containerfile: string;
  readonly dialect: ExampleDialect;
  /** Sets a key of `.env`, or removes it. */
  setEnv(key: string, value: string | undefined): Promise<void>;
  /** Replaces apps.json; entries as in {@link ExampleSiteOptions.apps}. */
  setApps(apps: readonly ExampleAppEntry[]): Promise<void>;
  /** Commits everything that is not ignored. */
  commit(message: string): Promise<void>;
}

const DEFAULT_IMAGE = 'desiredeffect/mini-erp';
const CONTAINERFILES = {
  'cache-bust': 'images/custom/Containerfile',
  secret: 'images/custom/Containerfile.secret',
  'build-arg': 'images/custom/Containerfile.build-arg',
  layered: 'images/layered/Containerfile',
} as const;
const DEFAULT_APPS: readonly ExampleAppEntry[] = [
  { url: `example/${EXAMPLE_APP_NAMES[0]}.git`, branch: 'version-15' },
  { url: `example/${EXAMPLE_APP_NAMES[1]}.git`, branch: 'v15.1.0' },
  { url: `example/${EXAMPLE_APP_NAMES[2]}.git`, branch: 'v15.0.0' },
];

/** Creates the example site as a git repository, with its apps on the given git server. */
export async function createExampleSite(options: ExampleSiteOptions): Promise<ExampleSite> {
  const { folder, dialect = 'cache-bust', image = DEFAULT_IMAGE } = options;
  const withToken = (placeholder: string) => options.gitUrl.replace('://', `://${placeholder}@`);
  await mkdir(folder, { recursive: true });
  const runs = dialect === 'layered';
  await cp(workspaceFile('examples/mini-erp'), folder, {
    recursive: true,
    filter: (path) => runs || basename(path) !== 'compose.yaml',
  });

  const site: ExampleSite = {
    folder,
    image,
    dialect,
    containerfile: CONTAINERFILES[dialect],
    async setEnv(key, value) {
      const file = join(folder, '.env');
      const lines = (await readFile(file, 'utf8')).split('\n');
      const at = lines.findIndex((line) => line.startsWith(`${key}=`));
      lines.splice(
        at === -1 ? -1 : at,
        at === -1 ? 0 : 1,
        ...(value === undefined ? [] : [`${key}=${value}`]),
      );
      await writeFile(file, lines.join('\n'));
    },
    async setApps(apps) {
      const entries = apps.map((entry) => ({
        ...entry,
        url: entry.url.includes('://') ? entry.url : `${withToken('${PAT_DESIRED_EFFECT}')}/${entry.url}`,
      }));
      await writeFile(join(folder, 'apps.json'), `${JSON.stringify(entries, undefined, 2)}\n`);
    },
    async commit(message) {
      await git(folder, ['add', '--all']);
      await git(folder, ['commit', '--quiet', '--allow-empty', `--message=${message}`]);
    },
  };

  if (options.privateFrappe === true) await makeFrappePathOptional(folder);
  await writeFile(join(folder, '.env'), await fillEnv(options), { mode: 0o600 });
  await site.setApps(options.apps ?? DEFAULT_APPS);
  const config = {
    image,
    containerfile: site.containerfile,
    // The git server of the example listens on this machine's loopback.
    network: 'host',
    ...(options.privateFrappe === true
      ? { buildArgs: { FRAPPE_PATH: `${withToken('{{ PAT_DESIRED_EFFECT }}')}/frappe/frappe` } }
      : {}),
    ...options.config,
  };
  await writeFile(join(folder, 'de-build.json'), `${JSON.stringify(config, undefined, 2)}\n`);
  await git(folder, ['init', '--quiet', '--initial-branch=main']);
  await site.commit('Lay out the site');
  return site;
}

/** FRAPPE_PATH then comes from de-build.json, which `.env` would override. */
async function makeFrappePathOptional(folder: string): Promise<void> {
  const file = join(folder, 'de-example.env');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(/^FRAPPE_PATH=/m, '# FRAPPE_PATH='));
}

/** An image that is in no registry, under the release's number. */
function composeKeys({ image = DEFAULT_IMAGE }: ExampleSiteOptions): Record<string, string> {
  return { CUSTOM_IMAGE: image, CUSTOM_TAG: '${DE_SITE_VERSION}', PULL_POLICY: 'never' };
}

/** `.env` from its example, with the values for this machine. */
async function fillEnv(options: ExampleSiteOptions): Promise<string> {
  const values: Record<string, string> = {
    DE_SITE_VERSION: options.version ?? '1.0.0',
    PAT_DESIRED_EFFECT: options.token,
    DB_PASSWORD: 'only-for-the-example',
    ...(options.privateFrappe === true ? {} : { FRAPPE_PATH: `${options.gitUrl}/frappe/frappe` }),
    ...(options.dialect === 'layered' ? composeKeys(options) : {}),
    ...options.env,
  };
  const example = await readFile(join(options.folder, 'de-example.env'), 'utf8');
  const lines = example.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const filled = lines.map((line) => {
    const key = line.slice(0, line.indexOf('='));
    const value = values[key];
    delete values[key];
    return value === undefined ? line : `${key}=${value}`;
  });
  const added = Object.entries(values).map(([key, value]) => `${key}=${value}`);
  return `${[...filled, ...added].join('\n')}\n`;
}

function git(folder: string, args: readonly string[]): Promise<string> {
  return runCommand('git', ['-C', folder, ...args], {
    environment: {
      PATH: process.env.PATH,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_AUTHOR_NAME: 'Example',
      GIT_AUTHOR_EMAIL: 'example@example.invalid',
      GIT_COMMITTER_NAME: 'Example',
      GIT_COMMITTER_EMAIL: 'example@example.invalid',
    },
  });
}
