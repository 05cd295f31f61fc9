import { type ChildProcess, spawn } from 'node:child_process';
import { once, setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { endGroup } from './process-group.ts';
import { collectAll, collectEnd, createLineReader, type StreamRedactor } from './program-output.ts';
import { startFailure } from './start-failure.ts';

export interface ProgramRun {
  /** The whole environment of the program: nothing is inherited. `PATH` of it is searched for the program. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The working directory. */
  readonly folder: string;
  /** How long the run may take; may be `Infinity`. */
  readonly timeoutMs: number;
  /** How long the program may print nothing. No limit unless given. */
  readonly idleMs?: number | undefined;
  /** How long the process group has between SIGTERM and SIGKILL. 5000 unless given. */
  readonly graceMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Written to the standard input, which is empty otherwise. */
  readonly input?: string | Uint8Array | undefined;
  /** `end` keeps only the last 64 KiB of stdout, for programs that print without end. `all` unless given. */
  readonly keep?: 'all' | 'end' | undefined;
  /** With `keep: 'all'`, more than this on stdout ends the run. 64 MiB unless given. */
  readonly maxOutputBytes?: number | undefined;
  readonly lines?: ProgramLines | undefined;
  /** File descriptors that the program gets as 3, 4, … */
  readonly descriptors?: readonly number[] | undefined;
}

/** Both outputs line by line while the program runs; a carriage return ends a line too. */
export interface ProgramLines {
  /** Every line passes through it. `undefined` only where no line is shown to anyone. */
  readonly redactor: StreamRedactor | undefined;
  /** `stop` ends the run. */
  readonly onLine: (line: string, stream: 'stdout' | 'stderr') => 'stop' | undefined;
}

export interface ProgramResult {
  /** All but `exit`: we ended the run. */
  readonly ended: 'exit' | 'timeout' | 'idle' | 'too-much-output' | 'stopped';
  /** `null` when a signal or we ended the program, even when it exits with 0 then. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Not redacted. */
  readonly stdout: string;
  /** The last 64 KiB, in whole lines. Not redacted. */
  readonly stderr: string;
}

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const END_BYTES = 64 * 1024;
/** What setTimeout takes at most. */
const LONGEST_MS = 2 ** 31 - 1;
const DRAIN_LOOKS = 10;
const DRAIN_LOOK_MS = 100;

/**
 * Runs a program, without a shell, in its own process group, and leaves nothing of the group running: not when the
 * program exits, not on a limit, not on an abort.
 * @throws the signal's reason when aborted; what `onLine` throws; DeBuildError `program-missing`, `program-not-executable`,
 * `program-folder-unusable`, `program-arguments-too-long`, `program-not-started`
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  run: ProgramRun,
): Promise<ProgramResult> {
  const { signal, graceMs = 5000 } = run;
  signal?.throwIfAborted();
  const child = await start(program, args, run);
  const leader = child.pid as number;
  let ended: ProgramResult['ended'] = 'exit';
  let ending: Promise<void> | undefined;
  const end = (why: ProgramResult['ended']): void => {
    if (ended === 'exit') ended = why;
    ending ??= endGroup(leader, graceMs);
  };
  const output = readOutput(child, run, end);
  const stopWatching = watchLimits(child, run, end);
  // The program need not read its input.
  child.stdin?.on('error', () => undefined).end(run.input);

  const { exitCode, killedBy } = await output.exited;
  stopWatching();
  // Child processes that remain would hold its outputs open.
  await (ending ?? endGroup(leader, graceMs));
  await output.drain();
  signal?.throwIfAborted();
  const { stdout, stderr } = output.collected();
  return { ended, exitCode: ended === 'exit' ? exitCode : null, signal: killedBy, stdout, stderr };
}

async function start(program: string, args: readonly string[], run: ProgramRun): Promise<ChildProcess> {
  try {
    const child = spawn(program, args, {
      cwd: run.folder,
      env: { ...run.environment },
      // Its own group, and no terminal: its children are ended with it, and Ctrl-C is handled here.
      detached: true,
      stdio: [run.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', ...(run.descriptors ?? [])],
    });
    await once(child, 'spawn');
    return child;
  } catch (error) {
    throw await startFailure(error, { program, folder: run.folder });
  }
}

type End = (why: ProgramResult['ended']) => void;

function watchLimits(child: ChildProcess, { timeoutMs, idleMs, signal }: ProgramRun, end: End): () => void {
  const total = startTimer(timeoutMs, () => end('timeout'));
  const idle = startTimer(idleMs ?? Number.POSITIVE_INFINITY, () => end('idle'));
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', () => idle?.refresh());
  const abort = (): void => end('stopped');
  // One signal ends many parallel runs; Node would report more than ten listeners as a leak on the terminal.
  if (signal !== undefined) setMaxListeners(Number.POSITIVE_INFINITY, signal);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted === true) abort();
  return () => {
    clearTimeout(total);
    clearTimeout(idle);
    signal?.removeEventListener('abort', abort);
  };
}

function startTimer(milliseconds: number, onTime: () => void): NodeJS.Timeout | undefined {
  if (milliseconds === Number.POSITIVE_INFINITY) return undefined;
  return setTimeout(onTime, Math.min(milliseconds, LONGEST_MS));
}

function readOutput(child: ChildProcess, run: ProgramRun, end: End) {
  const stdout =
    run.keep === 'end' ? collectEnd(END_BYTES) : collectAll(run.maxOutputBytes ?? MAX_OUTPUT_BYTES);
  const stderr = collectEnd(END_BYTES);
  let isStopped = false;
  let bug: { readonly error: unknown } | undefined;
  const stop = (): void => {
    isStopped = true;
    end('stopped');
  };
  const readers = (['stdout', 'stderr'] as const).map((name) => {
    const collected = name === 'stdout' ? stdout : stderr;
    const reader = createLineReader(run.lines?.redactor, (line) => {
      if (isStopped) return;
      try {
        if (run.lines?.onLine(line, name) === 'stop') stop();
      } catch (error) {
        bug = { error };
        stop();
      }
    });
    child[name]?.on('data', (chunk: Buffer) => {
      if (!collected.add(chunk)) end('too-much-output');
      if (run.lines !== undefined) reader.add(chunk);
    });
    return reader;
  });
  const exited = new Promise<{ exitCode: number | null; killedBy: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (exitCode, killedBy) => resolve({ exitCode, killedBy }));
  });
  let isClosed = false;
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => {
      isClosed = true;
      resolve();
    });
  });
  return {
    exited,
    /** Reads what is still on its way. A daemon that left the group may hold the outputs open as long as it lives. */
    async drain(): Promise<void> {
      for (let look = 0; look < DRAIN_LOOKS && !isClosed; look += 1)
        await Promise.race([closed, sleep(DRAIN_LOOK_MS)]);
      for (const stream of child.stdio) stream?.destroy();
      for (const reader of readers) reader.end();
    },
    collected() {
      if (bug !== undefined) throw bug.error;
      return { stdout: stdout.text(), stderr: stderr.text() };
    },
  };
}
