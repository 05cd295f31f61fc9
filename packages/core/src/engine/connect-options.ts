export interface ConnectOptions {
  /** DOCKER_HOST, DOCKER_CONTEXT, DOCKER_TLS_VERIFY, DOCKER_BUILDKIT, HOME, PATH, … */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `unix://…`, `tcp://…`, `ssh://…`; takes precedence over the environment. */
  readonly host?: string;
  /** How long the engine may stay silent at small requests, in milliseconds. Default 10 s. */
  readonly answerWithinMs?: number;
  /** Ends the attempt to connect, and nothing later. */
  readonly signal?: AbortSignal;
}
