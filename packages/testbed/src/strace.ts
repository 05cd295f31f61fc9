import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureCached } from './cache-folder.ts';
import { readDistribution, unpackPackages } from './debian-packages.ts';

/** A program that traces system calls, and makes them fail. */
export interface Strace {
  readonly command: string;
  /** Its environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Finds strace on the machine, or downloads it into the cache; returns the reason if it cannot be used. */
export async function ensureStrace(): Promise<Strace | { readonly reason: string }> {
  if (process.platform !== 'linux') return { reason: 'strace is for Linux' };
  const strace = await findStrace();
  if (strace === undefined)
    return { reason: 'there is no strace, and it can only be had on Debian and Ubuntu' };
  const tried = spawnSync(strace.command, ['-qq', '-e', 'trace=none', 'true'], { env: strace.environment });
  return tried.status === 0 ? strace : { reason: 'no process may be traced here' };
}

async function findStrace(): Promise<Strace | undefined> {
  const environment = { PATH: process.env.PATH ?? '' };
  const installed = environment.PATH.split(':').find((folder) => existsSync(join(folder, 'strace')));
  if (installed !== undefined) return { command: join(installed, 'strace'), environment };
  const distribution = readDistribution();
  if (distribution === undefined) return undefined;
  const suite = distribution.codename;
  const folder = await ensureCached(`strace-${suite}`, (draft) =>
    unpackPackages({ suite, packages: [], withDependencies: ['strace'] }, draft),
  );
  const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  return {
    command: join(folder, 'usr/bin/strace'),
    environment: { ...environment, LD_LIBRARY_PATH: join(folder, 'usr/lib', triplet) },
  };
}
