import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureCached } from '../../packages/testbed/src/cache-folder.ts';
import { readDistribution, unpackPackages } from '../../packages/testbed/src/debian-packages.ts';

const BINFMT = '/proc/sys/fs/binfmt_misc';
/** Of an executable for arm64 (ELF, 64 bits, little-endian), and which of its bytes count. */
const MAGIC = String.raw`\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00`;
const MASK = String.raw`\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff`;

/** Why programs of another processor cannot be emulated; `undefined` when they can. */
export function whyNoEmulation(): string | undefined {
  if (readDistribution() === undefined) return "the emulator is taken from Debian's packages";
  if (process.arch !== 'x64') return 'it emulates arm64 on amd64';
  if (process.getuid?.() !== 0) return 'only root may register an emulator';
  try {
    if (!existsSync(join(BINFMT, 'register'))) execFileSync('mount', ['-t', 'binfmt_misc', 'binfmt', BINFMT]);
  } catch {
    return 'this kernel takes no emulator (binfmt_misc)';
  }
  return undefined;
}

/** A shell for each platform, and an emulator of arm64 that the whole machine has until `stop`. */
export interface Emulation {
  /** By the name of the processor: paths of a static busybox. */
  readonly busybox: { readonly amd64: string; readonly arm64: string };
  stop(): void;
}

export async function startEmulation(): Promise<Emulation> {
  const suite = readDistribution()?.codename ?? '';
  const emulator = await ensureCached(`emulator-${suite}`, (draft) =>
    unpackPackages({ suite, packages: ['qemu-user-static'] }, draft),
  );
  const busyboxOf = async (architecture: string) =>
    join(
      await ensureCached(`busybox-${architecture}-${suite}`, (draft) =>
        unpackPackages({ suite, architecture, packages: ['busybox-static'] }, draft),
      ),
      'bin/busybox',
    );
  const busybox = { amd64: await busyboxOf('amd64'), arm64: await busyboxOf('arm64') };
  const name = `de-build-test-${process.pid}`;
  const program = join(emulator, 'usr/bin/qemu-aarch64-static');
  // F: the kernel opens the emulator now, so that it is found in containers.
  writeFileSync(join(BINFMT, 'register'), `:${name}:M::${MAGIC}:${MASK}:${program}:F`);
  return { busybox, stop: () => writeFileSync(join(BINFMT, name), '-1') };
}
