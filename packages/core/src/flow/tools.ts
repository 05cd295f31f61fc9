import type { Engine } from '../engine/engine.ts';
import type { GitRemote } from '../git/remote.ts';
import type { Redactor } from '../secrets/redactor.ts';
import type { ReleaseEvent } from './release-event.ts';

/** Variables of the process, handed in: core never reads them by itself. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What every flow of a site takes. Only `site` is required; the rest has working defaults. */
export interface SiteOptions {
  /** The site's folder. */
  readonly site: string;
  /** `PATH`, `HOME`, `DOCKER_HOST`, proxies: usually `process.env`. Default: empty. */
  readonly environment?: Environment;
  /** The Docker Engine to use, e.g. `unix:///var/run/docker.sock`; default as Docker's own client finds it. */
  readonly host?: string;
  /** Called with every event, redacted, in order. */
  readonly onEvent?: (event: ReleaseEvent) => void;
  /** Aborting it cancels the running step in the engine; the flow then rejects with exit code 130. */
  readonly signal?: AbortSignal;
  /** How long to wait for another run that changes the site; `Infinity`: as long as it takes. Default: 0, `site-locked` at once. */
  readonly lockWaitSeconds?: number;
  /** Called with the text of every notice, redacted: the part of the events that no flow is without. */
  readonly onNotice?: (text: string) => void;
  /** Learns every secret of the site as soon as it is read. Give your own to redact your own output too. */
  readonly redactor?: Redactor;
  /** Replaces the real engine; for tests. The caller closes it. */
  readonly engine?: Engine;
  /** Replaces the real git; for tests. */
  readonly remote?: GitRemote;
  /** The clock; for tests. */
  readonly now?: () => Date;
}

/** What a flow works with, made from its options once. */
export interface Tools {
  readonly environment: Environment;
  readonly redactor: Redactor;
  readonly remote: (timeoutSeconds: number) => GitRemote;
  /** Connects at the first call. */
  readonly engine: () => Promise<Engine>;
  readonly emit: (event: ReleaseEvent) => void;
  readonly signal: AbortSignal;
  readonly lockWaitSeconds: number;
  readonly now: () => Date;
}
