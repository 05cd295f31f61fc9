import { Agent } from 'node:http';
import type { Duplex } from 'node:stream';
import { SshError } from './connection-error.ts';
import type { SshEndpoint } from './endpoint.ts';
import { connectProgram } from './program-connection.ts';

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
    return connectProgram('ssh', sshArguments(this.#endpoint), {
      environment: this.#environment,
      explain: (message, output) => new SshError(message, output),
    });
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
