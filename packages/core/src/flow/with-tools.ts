import { connectEngine } from '../engine/connect-engine.ts';
import type { Engine } from '../engine/engine.ts';
import { interrupted } from '../errors/flow-failures.ts';
import { createGitRemote } from '../git/git-remote.ts';
import { omitUndefined } from '../omit-undefined.ts';
import { createRedactor } from '../secrets/redactor.ts';
import { createEventSink } from './event-sink.ts';
import { type OpenSite, openSite } from './open-site.ts';
import { reportRetry } from './report-retry.ts';
import type { Flow, SiteOptions, Tools } from './tools.ts';

/** An operation, as its flow names it. */
export interface Operation {
  readonly flow: Flow;
  /** What a person would type after `de-build`: `archive 1.4.0`. */
  readonly what: string;
  /** Build args that take precedence over the site's. */
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
}

/**
 * Runs an operation with its tools and releases them afterwards. `open` reads the site once. Results and errors leave
 * redacted; the signal's own reason leaves as `release-interrupted`.
 */
export async function withTools<Result>(
  options: Partial<SiteOptions>,
  { flow, what, buildArgs = {} }: Operation,
  run: (tools: Tools, open: () => Promise<OpenSite>) => Promise<Result>,
): Promise<Result> {
  const { site, onEvent = () => undefined, now = () => new Date() } = options;
  const environment = { ...options.environment };
  const redactor = options.redactor ?? createRedactor();
  const signal = options.signal ?? new AbortController().signal;
  const { emit } = createEventSink(redactor, onEvent);
  const done: string[] = [];
  let connected: Promise<Engine> | undefined;
  let opened: Promise<OpenSite> | undefined;
  const connect = async () => {
    if (options.engine !== undefined) return options.engine;
    try {
      return await connectEngine({ environment, signal, ...omitUndefined({ host: options.host }) });
    } catch (error) {
      const { DOCKER_HOST, DOCKER_CONTEXT } = environment;
      const isNamed = options.host !== undefined || Boolean(DOCKER_HOST) || Boolean(DOCKER_CONTEXT);
      const read = isNamed ? undefined : await opened?.catch(() => undefined);
      if (read === undefined) throw error;
      const { registryInstead } = await import('./registry-instead.ts');
      const instead = await registryInstead(read, error, tools);
      if (instead === undefined) throw error;
      return instead;
    }
  };
  const tools: Tools = {
    flow,
    environment,
    redactor,
    remote: (timeoutSeconds) =>
      options.remote ?? createGitRemote({ environment, timeoutSeconds, onRetry: reportRetry(emit) }),
    engine: () => {
      connected ??= connect();
      return connected;
    },
    emit,
    caughtUp: options.caughtUp ?? (async () => undefined),
    done: (text) => void done.push(text),
    signal,
    lockWaitSeconds: options.lockWaitSeconds ?? 0,
    now,
  };
  const open = () => {
    opened ??= openSite(site ?? '.', buildArgs, tools).then((read) => {
      hideSecrets(read, environment);
      return read;
    });
    return opened;
  };
  try {
    signal.throwIfAborted();
    return redactor.redactValue(await run(tools, open));
  } catch (error) {
    // The options of the operation may contain a secret of a site that was not read yet.
    if (site !== undefined) await open().catch(() => undefined);
    const isInterrupted = signal.aborted && comesFrom(error, signal.reason);
    throw redactor.redactValue(
      isInterrupted ? interrupted(what, done.length > 0 ? done.join(' ') : flow.unchanged) : error,
    );
  } finally {
    if (options.engine === undefined) await connected?.then((engine) => engine.close()).catch(() => {});
  }
}

/** No program that is run from now on inherits a secret of the site. */
function hideSecrets({ env }: OpenSite, environment: Record<string, string | undefined>): void {
  for (const { key, sensitive } of env?.entries.values() ?? []) if (sensitive) delete environment[key];
}

/** Node's own functions wrap the reason of an abort as the cause of an error. */
function comesFrom(error: unknown, reason: unknown): boolean {
  if (error === reason) return true;
  return error instanceof Object && 'cause' in error && comesFrom(error.cause, reason);
}
