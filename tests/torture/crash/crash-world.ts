import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildRelease, diagnoseSite, isDeBuildError, verifyRelease } from '@de-build/core';
import { ensureStrace, removeRepository, type SharedEngine, type Strace } from '@de-build/testbed';
import type { Figure } from '../figure.ts';
import type { TortureContext } from '../torture-context.ts';
import { findBreaches, findLeftovers, readSiteState } from './site-state.ts';
import { createTinySite, TINY_VERSION } from './tiny-site.ts';
import { type Injection, runTraced, type TracedRun } from './traced-run.ts';

/** A run in a fresh copy of the tiny site, and its result. */
export interface CrashWorld {
  /** @param args of the command; `isReleased`: the version was released before */
  run(
    scenario: { readonly args: readonly string[]; readonly isReleased?: boolean },
    injection?: Injection,
  ): Promise<CrashedRun>;
  close(): Promise<void>;
}

export interface CrashedRun extends TracedRun {
  /** What does not hold right after it. */
  readonly breaches: readonly string[];
  /** Whether its version has its tag and its record, whole. */
  readonly isWhole: boolean;
  /** Makes the next run, and says what does not hold after that. */
  converge(): Promise<readonly string[]>;
}

export interface CrashWorldOptions {
  readonly folder: string;
  readonly cli: string;
  readonly engine: SharedEngine;
}

/** @returns why not, where no process may be traced */
export async function createCrashWorld(
  options: CrashWorldOptions,
): Promise<CrashWorld | { readonly reason: string }> {
  const strace = await ensureStrace();
  if ('reason' in strace) return strace;
  const { folder, engine } = options;
  const tiny = await createTinySite(folder, engine);
  let runs = 0;
  return {
    async run({ args, isReleased = false }, injection) {
      runs += 1;
      const image = `${tiny.image}-${runs}`;
      const site = await tiny.copy(`site-${runs}`, image);
      const scratch = join(folder, `scratch-${runs}`);
      await mkdir(scratch);
      const environment = { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: scratch };
      const common = { site, host: engine.host, environment };
      if (isReleased) await buildRelease(common).result;
      const program = { strace: strace as Strace, cli: options.cli, args, site, environment, scratch };
      const withHost = { ...program, args: [...args, '--host', engine.host] };
      const traced = await runTraced(withHost, injection);
      const env = await readFile(join(folder, 'template', '.env'), 'utf8');
      const look = () => readSiteState({ site, image, host: engine.host, temporaryFolder: scratch, env });
      const state = await look();
      const record = state.records.get(TINY_VERSION);
      return {
        ...traced,
        breaches: findBreaches(state),
        isWhole: record !== undefined && state.tags.get(TINY_VERSION) === record.image.id,
        async converge() {
          const complaints: string[] = [];
          try {
            await buildRelease(common).result;
          } catch (error) {
            // The version is released: by the run that died, or by this one in its place.
            if (!isDeBuildError(error) || error.code !== 'checks-failed') complaints.push(String(error));
          }
          const after = await look();
          complaints.push(...findLeftovers(after));
          if (!after.records.has(TINY_VERSION)) complaints.push('nothing is released');
          const verified = await verifyRelease({ ...common, release: TINY_VERSION }).catch(String);
          if (typeof verified === 'string' || !verified.passed)
            complaints.push(`verify: ${String(verified)}`);
          const { diagnoses, remaining } = await diagnoseSite(common);
          if (remaining > 0)
            complaints.push(...diagnoses.map(({ finding }) => `doctor: ${finding.what} ${finding.why}`));
          await removeRepository(engine.host, image);
          await rm(site, { recursive: true, force: true });
          await rm(scratch, { recursive: true, force: true });
          return complaints;
        },
      };
    },
    close: () => tiny.close(),
  };
}

/** A part of a torture in a crash world; without figures where there can be none. */
export async function inCrashWorld(
  { engines, folder, cli, tell }: TortureContext,
  measure: (world: CrashWorld) => Promise<readonly Figure[]>,
): Promise<readonly Figure[]> {
  const engine = (await engines()).at(-1);
  if (engine === undefined) return [];
  const world = await createCrashWorld({ folder: await mkdtemp(join(folder, 'crash-')), cli, engine });
  if ('reason' in world) {
    tell(`Left out: ${world.reason}`);
    return [];
  }
  try {
    return await measure(world);
  } finally {
    await world.close();
  }
}
