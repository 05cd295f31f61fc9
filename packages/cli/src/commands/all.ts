import type { Argv } from 'yargs';
import { apps } from './apps.ts';
import { archive } from './archive.ts';
import { audit } from './audit.ts';
import { build, buildByDefault } from './build.ts';
import { bump } from './bump.ts';
import { check } from './check.ts';
import type { Call } from './command.ts';
import { completion } from './completion.ts';
import { diff } from './diff.ts';
import { doctor } from './doctor.ts';
import { list } from './list.ts';
import { prune } from './prune.ts';
import { rebuild } from './rebuild.ts';
import { restore } from './restore.ts';
import { retag } from './retag.ts';
import { show } from './show.ts';
import { verify } from './verify.ts';

/** Every command, in the order of the help. */
export function addCommands(yargs: Argv, call: Call): Argv {
  return yargs
    .command(build(call))
    .command(check(call))
    .command(bump(call))
    .command(list(call))
    .command(show(call))
    .command(apps(call))
    .command(verify(call))
    .command(audit(call))
    .command(diff(call))
    .command(rebuild(call))
    .command(archive(call))
    .command(restore(call))
    .command(retag(call))
    .command(prune(call))
    .command(doctor(call))
    .command(completion(call))
    .command(buildByDefault(call));
}

/** Their names, for whoever mistyped one. */
export const COMMAND_NAMES = [
  'build',
  'check',
  'bump',
  'list',
  'show',
  'apps',
  'verify',
  'audit',
  'diff',
  'rebuild',
  'archive',
  'restore',
  'retag',
  'prune',
  'doctor',
  'completion',
  'help',
];
