import type { Engine } from '../engine/engine.ts';
import type { GitRemote } from '../git/remote.ts';
import type { Redactor } from '../secrets/redactor.ts';
import type { FlowEvent } from './event.ts';

/** Variables of the process, passed in: core never reads them itself. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What every flow takes. Only `site` is required; the rest has working defaults. */
export interface SiteOptions {
  /** The site's folder. */
  readonly site: string;
  /** `PATH`, `HOME`, `DOCKER_HOST`, proxies: usually `process.env`. Default: empty. */
  readonly environment?: Environment;
  /** The Docker Engine to use, e.g. `unix:///var/run/docker.sock`. Default: the one that `docker` uses. */
  readonly host?: string;
  /** Called with every event, redacted, in order. */
  readonly onEvent?: (event: FlowEvent) => void;
  /** Awaited before more of a build's output is read: resolves when what receives the events has caught up. */
  readonly caughtUp?: () => Promise<void>;
  /** Aborting it cancels the running step; the flow then rejects with `release-interrupted`, exit code 130. */
  readonly signal?: AbortSignal;
  /** How long to wait for another run that changes the site; `Infinity`: without limit. Default: 0, `site-locked` at once. */
  readonly lockWaitSeconds?: number;
  /** Learns every secret of the site as soon as it is read. Pass your own to redact your own output too. */
  readonly redactor?: Redactor;
  /** Replaces the real engine; for tests. The caller closes it. */
  readonly engine?: Engine;
  /** Replaces the real git; for tests. */
  readonly remote?: GitRemote;
  /** The clock; for tests. */
  readonly now?: () => Date;
}

/** A kind of operation on a site, declared once by its flow. */
export interface Flow {
  /** `release`; also the `flow` of its events. */
  readonly name: string;
  /** The stages that its events name, in order. */
  readonly stages: readonly string[];
  /** What holds when it is interrupted before it changed anything that stays, as a sentence. */
  readonly unchanged: string;
}

/** What a flow works with, made from its options once. */
export interface Tools {
  readonly flow: Flow;
  readonly environment: Environment;
  readonly redactor: Redactor;
  readonly remote: (timeoutSeconds: number) => GitRemote;
  /** Connects at the first call. */
  readonly engine: () => Promise<Engine>;
  readonly emit: (event: FlowEvent) => void;
  /** Resolves when what receives the events has caught up. */
  readonly caughtUp: () => Promise<void>;
  /** Notes a change that stays, as a sentence: an interruption reports it. */
  readonly done: (text: string) => void;
  readonly signal: AbortSignal;
  readonly lockWaitSeconds: number;
  readonly now: () => Date;
}
