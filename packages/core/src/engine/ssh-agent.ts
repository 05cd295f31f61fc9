import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { Agent } from 'node:http';
import { Duplex } from 'node:stream';
import { SshError } from './connection-error.ts';
import type { SshEndpoint } from './endpoint.ts';

/**
 * Connections to an engine on another machine through the `ssh` program, as Docker's client makes them: with the user's
 * ssh settings, keys and agent, and with the host's key verified, which ssh libraries leave to their caller.
 */
export class SshAgent extends Agent {
  readonly #endpoint: SshEndpoint;
  readonly #environment: Readonly<Record<string, string | undefined>>;

  constructor(endpoint: SshEndpoint, environment: Readonly<Record<string, string | undefined>>) {
    super({ keepAlive: true });
    this.#endpoint = endpoint;
    this.#environment = environment;
  }

  override createConnection(): Duplex {
    const child = spawn('ssh', sshArguments(this.#endpoint), {
      env: { ...this.#environment },
      stdio: ['pipe', 'pipe', 'pipe'],
      // On Ctrl-C the build must still be canceled over this connection.
      detached: true,
    });
    return new SshConnection(child);
  }
}

export function sshArguments(endpoint: SshEndpoint): readonly string[] {
  return [
    '-o',
    'ConnectTimeout=30',
    // Nobody can answer a question.
    '-o',
    'BatchMode=yes',
    '-T',
    ...(endpoint.user === undefined ? [] : ['-l', endpoint.user]),
    ...(endpoint.port === undefined ? [] : ['-p', String(endpoint.port)]),
    '--',
    endpoint.host,
    'docker',
    ...(endpoint.socket === undefined ? [] : ['--host', `unix://${endpoint.socket}`]),
    'system',
    'dial-stdio',
  ];
}

const OUTPUT_LIMIT = 4000;

/** What Node's http wants of a socket, over the pipes of a process. */
class SshConnection extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams;
  #output = '';
  /** Counted as Node's own sockets count. */
  bytesRead = 0;
  bytesWritten = 0;

  constructor(child: ChildProcessWithoutNullStreams) {
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
        new SshError(error.message, error.code === 'ENOENT' ? 'ssh: command not found' : error.message),
      ),
    );
    child.once('close', (code, signal) => {
      if (code === 0 || this.bytesRead > 0) this.push(null);
      else this.destroy(new SshError(`ssh ended with ${signal ?? code}`, this.#output));
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
