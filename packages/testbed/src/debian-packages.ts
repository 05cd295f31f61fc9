import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';

/** The machine's distribution, as a source of packages. */
export interface Distribution {
  /** `debian` or `ubuntu`. */
  readonly id: string;
  /** `bookworm` */
  readonly codename: string;
}

export interface PackageRequest {
  /** `bookworm`, `forky`: any suite of the machine's package mirror. */
  readonly suite: string;
  /** Downloaded without their dependencies. */
  readonly packages: readonly string[];
  /** Downloaded if the suite has them. */
  readonly optional?: readonly string[];
  /** By default the machine's own: `arm64`. */
  readonly architecture?: string;
  /** Downloaded with those of their dependencies that are not installed on this machine. */
  readonly withDependencies?: readonly string[];
}

/** The distribution, if the testbed can use its packages. */
export function readDistribution(): Distribution | undefined {
  if (!existsSync('/etc/os-release') || !existsSync('/usr/bin/apt-get')) return undefined;
  const fields = new Map(
    readFileSync('/etc/os-release', 'utf8')
      .split('\n')
      .map((line) => line.split('=', 2))
      .map(([key = '', value = '']) => [key, value.replaceAll('"', '')]),
  );
  const id = fields.get('ID') ?? '';
  const codename = fields.get('VERSION_CODENAME') ?? '';
  return ['debian', 'ubuntu'].includes(id) && codename !== '' ? { id, codename } : undefined;
}

/**
 * Downloads packages with apt and unpacks them below a folder. Nothing is installed and no file of the machine's
 * own apt changes; signatures are verified with its keyring.
 */
export async function unpackPackages(request: PackageRequest, into: string): Promise<void> {
  const apt = await prepareApt(request, `${into}.apt`);
  await runCommand('apt-get', [...apt.options, 'update', '--quiet']);
  const wanted = [...request.packages];
  for (const name of request.optional ?? []) {
    const shown = await runCommand('apt-cache', [...apt.options, 'show', '--no-all-versions', name]).catch(
      () => '',
    );
    if (shown !== '') wanted.push(name);
  }
  if (wanted.length > 0) {
    await runCommand('apt-get', [...apt.options, 'download', ...wanted], { cwd: apt.archives });
  }
  if (request.withDependencies !== undefined && request.withDependencies.length > 0) {
    await runCommand('apt-get', [
      ...apt.options,
      ...['install', '--download-only', '--no-install-recommends', '--yes', '--quiet'],
      ...request.withDependencies,
    ]);
  }
  await mkdir(into, { recursive: true });
  for (const file of await readdir(apt.archives)) {
    if (file.endsWith('.deb')) await runCommand('dpkg-deb', ['--extract', join(apt.archives, file), into]);
  }
}

/** The address of this machine's package mirror. */
export async function readMirror(): Promise<{ address: string; components: readonly string[] }> {
  const listed = await runCommand('apt-get', [
    'indextargets',
    // Also where no 'apt-get update' has run yet.
    '--no-release-info',
    '--format',
    '$(REPO_URI) $(RELEASE) $(COMPONENT)',
    'Identifier: Packages',
  ]);
  const rows = listed.split('\n').map((line) => line.split(' '));
  const codename = readDistribution()?.codename;
  const names = [codename, 'stable', 'testing', 'unstable', 'sid'];
  const main = rows.find(([, suite, component]) => component === 'main' && names.includes(suite));
  const [address, suite] = main ?? [];
  if (address === undefined) {
    throw new Error(`apt on this machine lists no mirror for ${codename}; see apt-get indextargets`);
  }
  const components = rows
    .filter((row) => row[0] === address && row[1] === suite)
    .map((row) => row[2] ?? 'main');
  return { address, components: [...new Set(components)] };
}

async function prepareApt(
  { suite, architecture }: Pick<PackageRequest, 'suite' | 'architecture'>,
  folder: string,
): Promise<{ options: readonly string[]; archives: string }> {
  const archives = join(folder, 'archives');
  await mkdir(join(archives, 'partial'), { recursive: true });
  await mkdir(join(folder, 'lists', 'partial'), { recursive: true });
  const sources = join(folder, 'suite.sources');
  const { address, components } = await readMirror();
  const keyring = `/usr/share/keyrings/${readDistribution()?.id}-archive-keyring.gpg`;
  await writeFile(
    sources,
    [
      'Types: deb',
      `URIs: ${address}`,
      `Suites: ${suite}`,
      `Components: ${components.join(' ')}`,
      ...(architecture === undefined ? [] : [`Architectures: ${architecture}`]),
      ...(existsSync(keyring) ? [`Signed-By: ${keyring}`] : []),
      '',
    ].join('\n'),
  );
  const settings = {
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': join(folder, 'lists'),
    'Dir::Cache::archives': archives,
    'Dir::Cache::pkgcache': '',
    'Dir::Cache::srcpkgcache': '',
    // The folder is root's own, which apt's download user cannot enter.
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    ...(architecture === undefined ? {} : { 'APT::Architecture': architecture }),
    'Acquire::Retries': '3',
    'Debug::NoLocking': 'true',
  };
  return { archives, options: Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]) };
}
