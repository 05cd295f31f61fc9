import type { Command, PrintingCommand } from '../command/command.ts';
import { apps } from './apps.ts';
import { archive } from './archive.ts';
import { attach } from './attach.ts';
import { audit } from './audit.ts';
import { backup } from './backup.ts';
import { build } from './build.ts';
import { bump } from './bump.ts';
import { check } from './check.ts';
import { completion } from './completion.ts';
import { compose } from './compose.ts';
import { deploy } from './deploy.ts';
import { diff } from './diff.ts';
import { doctor } from './doctor.ts';
import { history } from './history.ts';
import { list } from './list.ts';
import { logs } from './logs.ts';
import { migrate } from './migrate.ts';
import { prune } from './prune.ts';
import { rebuild } from './rebuild.ts';
import { restore } from './restore.ts';
import { retag } from './retag.ts';
import { rollback } from './rollback.ts';
import { scale } from './scale.ts';
import { shell } from './shell.ts';
import { show } from './show.ts';
import { status } from './status.ts';
import { verify } from './verify.ts';

/** Every command, in the order of the help. The first one runs when none is named. */
export const COMMANDS: readonly (Command | PrintingCommand)[] = [
  build,
  check,
  bump,
  list,
  show,
  apps,
  verify,
  audit,
  diff,
  rebuild,
  archive,
  restore,
  retag,
  status,
  deploy,
  migrate,
  rollback,
  backup,
  history,
  logs,
  shell,
  compose,
  attach,
  scale,
  prune,
  doctor,
  completion,
];

export const DEFAULT_COMMAND: Command = build;
