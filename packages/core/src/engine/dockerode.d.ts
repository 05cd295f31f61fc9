/** The part of dockerode that the engine room uses; it ships no types of its own. */
declare module 'dockerode' {
  import type { Agent, IncomingMessage } from 'node:http';
  import type { Duplex, Readable } from 'node:stream';

  class Docker {
    constructor(options: Docker.ModemOptions);
    readonly modem: Docker.Modem;
    version(): Promise<unknown>;
    listImages(options: { filters: Record<string, readonly string[]> }): Promise<unknown>;
    getImage(name: string): Docker.Image;
    createContainer(options: Record<string, unknown>): Promise<Docker.Container>;
    getContainer(id: string): Docker.Container;
    listContainers(options: { all: true; filters: Record<string, readonly string[]> }): Promise<unknown>;
  }

  namespace Docker {
    /** Every key is given, for modem fills the missing ones from the process's environment. */
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
      version: string | undefined;
      headers: Record<string, string>;
      agent: Agent;
    }

    interface Modem {
      version: string | undefined;
      dial(
        options: {
          path: string;
          method: string;
          isStream: true;
          hijack?: boolean;
          headers: Record<string, string | string[]>;
          options: { _query: Record<string, unknown> };
          file?: Buffer | Readable;
          abortSignal?: AbortSignal;
          statusCodes: Record<number, true>;
        },
        callback: (error: Error | null, answer: IncomingMessage | Duplex) => void,
      ): void;
    }

    interface Image {
      inspect(): Promise<unknown>;
      history(): Promise<unknown>;
      tag(options: { repo: string; tag: string }): Promise<unknown>;
      remove(options: { noprune: boolean }): Promise<unknown>;
    }

    interface Container {
      readonly id: string;
      remove(options: { v: boolean; force: boolean }): Promise<unknown>;
    }
  }

  export = Docker;
}
