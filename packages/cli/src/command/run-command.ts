import { presentFailure } from '../failure/present-failure.ts';
import type { GuardedIo } from '../guarded-io.ts';
import { UsageError } from '../parse/usage-error.ts';
import { createView } from '../progress/create-view.ts';
import { withoutNotes } from '../report/finding-lines.ts';
import { listenForStop } from '../stop-signal.ts';
import { withColours } from '../terminal/colours.ts';
import type { Command, Context } from './command.ts';
import type { GeneralValues } from './options.ts';
import { siteOf } from './site-of.ts';
import { type Form, writeProblems, writeResult } from './write-result.ts';

/** The values of a command line, by option name in camel case. */
export interface Call {
  readonly general: Partial<GeneralValues>;
  /** Those of the command. */
  readonly values: { readonly format?: string; readonly lockWait?: string };
}

/** Runs a command, from its options to the exit code. */
export async function runCommand(command: Command, call: Call, guarded: GuardedIo): Promise<number> {
  const { general, values } = call;
  const io = withColours(guarded, general.color);
  const form = formOf(call);
  const givesTerminal = command.passesTerminal === true;
  const isStory =
    command.story === 'always' || givesTerminal || (command.story === 'as-text' && form === 'text');
  const terminal =
    form === 'events' || (form === 'text' && isStory && !givesTerminal) ? io.stdout : io.stderr;
  const isVerbose = general.verbose === true;
  const isQuiet = general.quiet === true && form !== 'events';
  const view = isQuiet
    ? await createView('quiet', io.stderr, { isStory })
    : await createView(givesTerminal ? 'plain' : (general.progress ?? 'auto'), terminal, { isStory });
  const stop = listenForStop(io, givesTerminal ? ['SIGINT'] : []);
  let site: string | undefined;
  try {
    if (general.json === true && !['json', undefined].includes(values.format)) {
      throw new UsageError('The option json goes with no other format.');
    }
    const core = await import('@de-build/core');
    const { folder, environment, redactor } = io;
    site = await siteOf(general, io).catch((error: unknown) => {
      if (command.needsSite?.(values) === false && isOutside(error)) return undefined;
      throw error;
    });
    const flow: Context['flow'] = {
      onEvent: (event) =>
        view.event(event.type === 'check' && !isVerbose && form !== 'events' ? withoutNotes(event) : event),
      caughtUp: () => terminal.drained(),
      ...core.omitUndefined({ host: general.host }),
      site: site ?? '',
      environment,
      redactor,
      signal: stop.signal,
      lockWaitSeconds: values.lockWait === undefined ? 0 : core.parseLockWait(values.lockWait),
    };
    const finished = await command.run(values, {
      ...{ core, flow, folder, isQuiet, isVerbose, isInteractive: io.isInteractive },
      terminal: form === 'text' ? io.stdout : Object.create(io.stdout, { canRedraw: { value: false } }),
    });
    view.end({});
    if (view.hasWritten() && terminal === io.stdout && form === 'text') io.stdout.write('\n');
    await writeResult(finished, form, io);
    await writeProblems(finished.problems ?? [], io);
    return finished.exitCode ?? 0;
  } catch (error) {
    view.end({ error });
    const failed = { command: command.name, site, form, isVerbose, isChange: 'lock-wait' in command.options };
    return presentFailure(error, io, { ...failed, stopped: stop.reason() });
  } finally {
    stop.release();
  }
}

export function formOf({ general: { json, progress }, values: { format } }: Call): Form {
  if (json === true || format === 'json') return 'json';
  if (progress === 'json') return 'events';
  return format === 'markdown' ? 'markdown' : format === 'junit' || format === 'github' ? 'other' : 'text';
}

function isOutside(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'not-a-site';
}
