import { createWriteStream } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type PackOptions, pack } from 'tar-fs';
import { ensureCached } from './cache-folder.ts';
import { readDistribution, readMirror } from './debian-packages.ts';
import { ensureToolEnvironment } from './engine-software.ts';
import { runCommand } from './run-command.ts';

/** What the builds of the example site need in addition to a shell. */
const EXAMPLE_PACKAGES = ['git', 'python3', 'ca-certificates'];
/** Not used by any build of the example site. It is half of the bytes, and a release reads its image several times. */
const UNUSED_FILES = [
  'debootstrap',
  'var/{cache/{apt,debconf},lib/apt/lists,log}/*',
  'usr/share/{doc,gitweb,info,locale,man,perl,zoneinfo}/*',
  'usr/bin/{git-shell,perl[b5]*,perldoc,perlivp,perlthanks,scalar}',
  'usr/lib/git-core/{git-{daemon,http-fetch,http-push,imap-send,sh-i18n--envsubst,shell},scalar}',
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

/** A tar of a Debian or Ubuntu with git and Python and the user `frappe` (1000). About 100 MB, a minute the first time. */
export async function ensureExampleBaseArchive(): Promise<string> {
  const suite = readDistribution()?.codename ?? '';
  return ensureCached(`example-base-${suite}-2.tar`, (draft) =>
    inNewFolder(draft, async (root) => {
      const { address } = await readMirror();
      await runCommand(
        'debootstrap',
        ['--variant=minbase', `--include=${EXAMPLE_PACKAGES.join(',')}`, suite, root, address],
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
      await runCommand('bash', ['-c', `rm -rf ${UNUSED_FILES.join(' ')}`], { cwd: root });
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
