import { createWriteStream } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type PackOptions, pack } from 'tar-fs';
import { ensureCached } from './cache-folder.ts';
import { readDistribution, readMirror } from './debian-packages.ts';
import { ensureToolEnvironment } from './engine-software.ts';
import { runCommand } from './run-command.ts';

/** A Debian or Ubuntu with the user `frappe` (1000). */
interface ExampleRoot {
  readonly packages: readonly string[];
  /** In addition to {@link UNUSED_FILES}. */
  readonly unused: readonly string[];
}

const MARIADB_CLIENT = [
  'usr/bin/mariadb-{binlog,check,conv,import,plugin,show,slap,tzinfo-to-sql,upgrade,waitpid}',
  'usr/bin/{innochecksum,perror,replace,resolve_stack_dump}',
];

const EXAMPLE_ROOTS = {
  /** What the builds of the example site need in addition to a shell. About 100 MB. */
  base: {
    packages: ['git', 'python3', 'ca-certificates'],
    unused: [
      'usr/share/gitweb',
      'usr/bin/{git-shell,scalar}',
      'usr/lib/git-core/{git-{daemon,http-fetch,http-push,imap-send,sh-i18n--envsubst,shell},scalar}',
    ],
  },
  /** What the example site needs to run. About 150 MB. */
  runtime: {
    packages: ['python3', 'gunicorn', 'python3-rq', 'python3-pymysql', 'nginx', 'mariadb-client'],
    unused: [...MARIADB_CLIENT, 'usr/bin/{mariadb-admin,my_print_defaults}', 'usr/share/mysql'],
  },
  /** The database and the key-value store of the example site. About 130 MB. */
  services: {
    packages: ['mariadb-server-core', 'mariadb-client', 'redis-server'],
    unused: [...MARIADB_CLIENT, 'usr/bin/redis-benchmark'],
  },
} satisfies Record<string, ExampleRoot>;

export type ExampleRootName = keyof typeof EXAMPLE_ROOTS;

export function examplePackages(root: ExampleRootName): readonly string[] {
  return EXAMPLE_ROOTS[root].packages;
}

/** Not used by any of them. It is half of the bytes, and a release reads its image several times. */
const UNUSED_FILES = [
  'debootstrap',
  'var/{cache/{apt,debconf},lib/apt/lists,log}/*',
  'usr/share/{doc,info,locale,man,perl,zoneinfo}/*',
  'usr/bin/{perl[b5]*,perldoc,perlivp,perlthanks}',
  'usr/lib/*/{gconv,perl,libperl.so.*}',
  'usr/lib/python3*/pydoc_data',
];

/** A tar of the smallest root file system with a shell: busybox and its applets. About 2 MB. */
export async function ensureBusyboxArchive(): Promise<string> {
  return ensureCached('busybox-1.tar', (draft) =>
    inNewFolder(draft, async (root) => {
      const environment = await ensureToolEnvironment();
      for (const folder of ['bin', 'etc', 'home', 'root', 'tmp', 'usr/bin', 'var']) {
        await mkdir(join(root, folder), { recursive: true });
      }
      await chmod(join(root, 'tmp'), 0o1777);
      const busybox = await runCommand('sh', ['-c', 'command -v busybox'], { environment });
      await copyFile(busybox, join(root, 'bin/busybox'));
      for (const applet of (await runCommand(busybox, ['--list'])).split('\n')) {
        if (applet !== 'busybox') await symlink('busybox', join(root, 'bin', applet));
      }
      await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
      await writeFile(join(root, 'etc/group'), 'root:x:0:\n');
      await archive(root, draft);
    }),
  );
}

/** A tar of a Debian or Ubuntu for the example site; minutes the first time. */
export async function ensureExampleArchive(kind: ExampleRootName): Promise<string> {
  const suite = readDistribution()?.codename ?? '';
  const { packages, unused } = EXAMPLE_ROOTS[kind];
  return ensureCached(`example-${kind}-${suite}-2.tar`, (draft) =>
    inNewFolder(draft, async (root) => {
      const { address } = await readMirror();
      await runCommand(
        'debootstrap',
        ['--variant=minbase', `--include=${packages.join(',')}`, suite, root, address],
        { environment: { ...(await ensureToolEnvironment()), HOME: root } },
      );
      await runCommand('chroot', [
        root,
        '/usr/sbin/useradd',
        '--create-home',
        '--uid=1000',
        '--shell=/bin/bash',
        'frappe',
      ]);
      await runCommand('bash', ['-c', `rm -rf ${[...UNUSED_FILES, ...unused].join(' ')}`], { cwd: root });
      await archive(root, draft);
    }),
  );
}

async function inNewFolder(draft: string, fill: (root: string) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(dirname(draft), 'root-'));
  await chmod(root, 0o755);
  await fill(root);
}

/** What the kernel mounts there is left out, the folders are not. */
const OF_THE_KERNEL = /^(dev|proc|sys)\//;

async function archive(root: string, file: string): Promise<void> {
  // As the files are, and in one order, so that the same files are the same layer.
  const options: PackOptions & { readonly sort: boolean; readonly umask: number } = {
    ignore: (path) => OF_THE_KERNEL.test(relative(root, path)),
    sort: true,
    umask: 0,
  };
  await pipeline(pack(root, options), createWriteStream(file));
}
