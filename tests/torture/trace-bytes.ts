import { spawnSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';

/** What the kernel was asked for by a process and all below it: programs, files, bytes. */
export interface ByteTrace {
  /** Programs that were started. */
  readonly programs: number;
  /** Calls that handed on bytes with a secret. */
  readonly secretWrites: number;
  /** Each secret where it must not be: `execve of git`, `written to /tmp/x, mode 644`. */
  readonly leaks: readonly string[];
}

/** Undefined where there is a strace that may trace. */
export function whyNoStrace(): string | undefined {
  const { status, error } = spawnSync('strace', ['-qq', '-e', 'trace=none', 'true']);
  if (error !== undefined) return 'there is no strace here';
  return status === 0 ? undefined : 'strace may trace no process here';
}

/** The command that runs the command that follows it, and keeps what it asks the kernel for in a file. */
export function traceInto(file: string): readonly string[] {
  const calls =
    'execve,open,openat,creat,write,pwrite64,writev,pwritev,sendto,sendmsg,chmod,fchmod,fchmodat,mkdir,mkdirat';
  return [
    'strace',
    '-f',
    '-qq',
    '-y',
    '-v',
    '--seccomp-bpf',
    '-s',
    '1000000',
    '-o',
    file,
    '-e',
    `trace=${calls}`,
  ];
}

/**
 * Reads such a file. A secret may go into a socket (to the git host, or to the engine) and into a file of mode 0600 that
 * was made so; nowhere else, pipes and terminals included.
 */
export async function readTrace(file: string, forms: readonly string[]): Promise<ByteTrace> {
  const leaks = new Set<string>();
  /** Path → mode it was made with; what was there before is not in it. */
  const modes = new Map<string, number>();
  let programs = 0;
  let secretWrites = 0;
  const written = forms.map((form) => form.replaceAll('\\', '\\\\').replaceAll('"', '\\"'));
  for await (const line of createInterface({ input: createReadStream(file, 'latin1') })) {
    const [, call = ''] = /^\d+\s+(\w+)\(/.exec(line) ?? [];
    if (call === 'execve') programs += 1;
    // The rest of the line may come later, when others have called meanwhile.
    const made = /^\d+\s+(?:open|openat|creat)\(.*"((?:[^"\\]|\\.)*)", [\w|]*O_CREAT[\w|]*, (0\d+)/.exec(
      line,
    );
    if (made?.[1] !== undefined && !modes.has(made[1]))
      modes.set(made[1], Number.parseInt(made[2] ?? '0777', 8));
    const changed =
      /^\d+\s+(?:f?chmod|fchmodat)\((?:\d+<([^>]*)>|(?:\w+(?:<[^>]*>)?, )?"((?:[^"\\]|\\.)*)"), (0\d+)/.exec(
        line,
      );
    const path = changed?.[1] ?? changed?.[2];
    if (path !== undefined && modes.has(path)) {
      modes.set(path, (modes.get(path) as number) | Number.parseInt(changed?.[3] ?? '0', 8));
    }
    if (!written.some((form) => line.includes(form))) continue;
    if (call === 'execve') {
      leaks.add(`execve of ${basename(/execve\("([^"]*)"/.exec(line)?.[1] ?? '?')}`);
      continue;
    }
    if (!/^(p?writev?(64)?|send(to|msg))$/.test(call)) {
      leaks.add(`the name in ${call}`);
      continue;
    }
    secretWrites += 1;
    const [, target = '?'] = /^\d+\s+\w+\(\d+<(.*?)>, /.exec(line) ?? [];
    if (/^(socket|TCP|TCPv6|UNIX|UNIX-STREAM)\b/.test(target)) continue;
    const mode = modes.get(target);
    if (mode === 0o600) continue;
    leaks.add(`written to ${target}, ${mode === undefined ? 'not made by us' : `mode ${mode.toString(8)}`}`);
  }
  return { programs, secretWrites, leaks: [...leaks] };
}
