/** The part of dockerode that the engine room uses; it ships no types. */
declare module 'dockerode' {
  import type { Agent, IncomingMessage } from 'node:http';
  import type { Duplex, Readable } from 'node:stream';

  class Docker {
    constructor(options: Docker.ModemOptions);
    readonly modem: Docker.Modem;
  }

  namespace Docker {
    /** Every key is given, as modem fills missing ones from the process's environment. */
    interface ModemOptions {
      socketPath: string | undefined;
      host: string | undefined;
      port: number | undefined;
      protocol: 'http' | 'https';
      pathPrefix: string;
      username: undefined;
      password: undefined;
      ca: string | undefined;
      cert: string | undefined;
      key: string | undefined;
      timeout: undefined;
      checkServerIdentity: undefined;
      version: undefined;
      headers: Record<string, string>;
      agent: Agent;
    }

    interface Modem {
      readonly agent: Agent;
      version: string | undefined;
      dial(
        options: {
          path: string;
          method: string;
          isStream: true;
          hijack: boolean;
          headers: Record<string, string | string[]>;
          options: { _query: Record<string, unknown> };
          file?: Buffer | Readable;
          abortSignal: AbortSignal;
          statusCodes: Record<number, true>;
        },
        callback: (error: Error | null, answer: IncomingMessage | Duplex) => void,
      ): void;
    }
  }

  export = Docker;
}
