import type { Argv } from 'yargs';
import type { Io } from '../io.ts';
import { build } from './build.ts';
import { bump } from './bump.ts';
import { check } from './check.ts';
import { completion } from './completion.ts';
import { list } from './list.ts';
import { prune } from './prune.ts';
import { show } from './show.ts';

/** Every command, in the order of the help. */
export function addCommands(yargs: Argv, io: Io, finish: (exitCode: number) => void): Argv {
  return yargs
    .command(build(io, finish))
    .command(check(io, finish))
    .command(bump(io, finish))
    .command(list(io, finish))
    .command(show(io, finish))
    .command(prune(io, finish))
    .command(completion(io, finish));
}
