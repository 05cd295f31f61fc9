import {
  type PartContext,
  runParts,
  sharedEngines,
  startSharedEngines,
  whyNoEngine,
} from '@de-build/testbed';
import { countAlarms } from './audit-alarms.ts';
import { measureAuditLeaks } from './audit-leaks.ts';
import { measureAuditMemory } from './audit-memory.ts';
import { measureAuditSpeed } from './audit-speed.ts';
import { diskErrors } from './crash/disk-errors.ts';
import { killEverySyscall } from './crash/kill-every-syscall.ts';
import { lockStorm } from './crash/lock-storm.ts';
import { interruptReleases } from './ctrl-c.ts';
import { breakDeployments } from './deployments.ts';
import { killEngines } from './engine-killed.ts';
import { compareEnvFiles } from './env-oracle.ts';
import { drawFigures, type Figure } from './figure.ts';
import { releaseFrappeDocker } from './frappe-docker.ts';
import { meetGitFaults } from './git-faults.ts';
import { plantHostileInput } from './hostile-input.ts';
import { compareIgnorePatterns } from './ignore-patterns.ts';
import { compareImageNames } from './image-names.ts';
import { floodLogs } from './log-flood.ts';
import { watchReleases } from './proc-watch.ts';
import { cutSecrets } from './redactor-cuts.ts';
import { measureRedactor } from './redactor-speed.ts';
import { measureScale } from './scale.ts';
import { measureTokenBytes } from './token-bytes.ts';
import type { TortureContext } from './torture-context.ts';

/** Each in its own file; `npm test` runs short forms of the same code. */
const PARTS: Readonly<Record<string, (context: TortureContext) => Promise<readonly Figure[]>>> = {
  'audit-leaks': measureAuditLeaks,
  'audit-alarms': countAlarms,
  'audit-speed': measureAuditSpeed,
  'audit-memory': measureAuditMemory,
  'token-bytes': measureTokenBytes,
  'proc-watch': watchReleases,
  'hostile-input': plantHostileInput,
  'redactor-cuts': cutSecrets,
  'redactor-speed': measureRedactor,
  'log-flood': floodLogs,
  'ctrl-c': interruptReleases,
  'engine-killed': killEngines,
  deployments: breakDeployments,
  'git-faults': meetGitFaults,
  'env-oracle': compareEnvFiles,
  'ignore-patterns': compareIgnorePatterns,
  'image-names': compareImageNames,
  'frappe-docker': releaseFrappeDocker,
  scale: measureScale,
  'kill-every-syscall': killEverySyscall,
  'disk-errors': diskErrors,
  'lock-storm': lockStorm,
};

/**
 * Plants, cuts, kills and fills, counts what came through, and prints it as a table.
 * @param cli the file that is the command `de-build`
 * @param args `--quick`, `--json`, `--only PART` (may be repeated)
 * @returns the exit code: 0 when every aim is met, 1 when one is missed, 2 for wrong arguments
 */
export function runTorture(cli: string, args: readonly string[]): Promise<number> {
  return runParts({
    name: 'torture',
    args,
    parts: PARTS,
    equip: (context) => equip(cli, context),
    isMet: ({ isMet }: Figure) => isMet,
    toText: (figures) => `\n${drawFigures(figures)}\n\n`,
    toJson: ({ isMet: _, ...figure }) => figure,
    countsQuick: true,
  });
}

function equip(cli: string, context: PartContext): TortureContext {
  let engines: ReturnType<TortureContext['engines']> | undefined;
  return {
    ...context,
    cli,
    engines() {
      engines ??= startEngines(context);
      return engines;
    },
  };
}

async function startEngines({ tell }: PartContext): ReturnType<TortureContext['engines']> {
  tell('Starting engines');
  await startSharedEngines();
  const reason = whyNoEngine();
  if (reason !== undefined) tell(`Skipping the parts that need an engine: ${reason}`);
  return sharedEngines();
}
