import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { Duplex } from 'node:stream';

interface ProgramRun {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Makes the error of a program that ended before it sent anything, from the end of its stderr. */
  readonly explain: (message: string, output: string) => Error;
}

/** A connection through a program that passes bytes on: `ssh HOST docker system dial-stdio`. */
export function connectProgram(program: string, args: readonly string[], run: ProgramRun): Duplex {
  const child = spawn(program, args, {
    env: { ...run.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    // On Ctrl-C the build must still be canceled over this connection.
    detached: true,
  });
  return new ProgramConnection(child, program, run.explain);
}

const OUTPUT_LIMIT = 4000;

/** What Node's http wants of a socket, over the pipes of a process. */
class ProgramConnection extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams;
  #output = '';
  /** Counted as Node's own sockets count. */
  bytesRead = 0;
  bytesWritten = 0;

  constructor(child: ChildProcessWithoutNullStreams, program: string, explain: ProgramRun['explain']) {
    super({ allowHalfOpen: true });
    this.#child = child;
    child.stderr.on('data', (text: Buffer) => {
      this.#output = (this.#output + text.toString()).slice(-OUTPUT_LIMIT);
    });
    child.stdout.on('data', (data: Buffer) => {
      this.bytesRead += data.length;
      if (!this.push(data)) child.stdout.pause();
    });
    // The pipe breaks before the exit, which has the reason.
    child.stdin.on('error', () => undefined);
    child.once('error', (error: NodeJS.ErrnoException) =>
      this.destroy(
        explain(error.message, error.code === 'ENOENT' ? `${program}: command not found` : error.message),
      ),
    );
    child.once('close', (code, signal) => {
      if (code === 0 || this.bytesRead > 0) this.push(null);
      else this.destroy(explain(`${program} ended with ${signal ?? code}`, this.#output));
    });
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.bytesWritten += chunk.length;
    if (this.#child.stdin.destroyed) done();
    else this.#child.stdin.write(chunk, () => done());
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#child.stdin.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#child.stdin.destroy();
    this.#child.stdout.destroy();
    this.#child.kill();
    done(error);
  }

  setTimeout(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}
