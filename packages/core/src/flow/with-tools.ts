import { connectEngine } from '../engine/connect-engine.ts';
import type { Engine } from '../engine/engine.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { interrupted } from '../errors/flow-failures.ts';
import { createGitRemote } from '../git/git-remote.ts';
import { createRedactor } from '../secrets/redactor.ts';
import { createEventSink } from './event-sink.ts';
import { learnSecrets } from './learn-secrets.ts';
import { tellWait } from './tell-wait.ts';
import type { SiteOptions, Tools } from './tools.ts';

/** For a flow that reads the whole site, and makes its secrets known, by itself. */
export const READS_SITE = { readsSite: true };

/**
 * Runs a flow with its tools and lets go of them afterwards. The redactor knows the site's secrets before the flow begins,
 * unless it `readsSite` itself. What it gives and what it throws leave redacted; an abort leaves as `release-interrupted`,
 * whatever it broke.
 */
export async function withTools<Result>(
  options: SiteOptions,
  flow: (tools: Tools) => Promise<Result>,
  { readsSite = false }: { readonly readsSite?: boolean } = {},
): Promise<Result> {
  const redactor = options.redactor ?? createRedactor();
  const environment = options.environment ?? {};
  const signal = options.signal ?? new AbortController().signal;
  const sink = createEventSink(redactor, (event) => {
    options.onEvent?.(event);
    if (event.type === 'notice') options.onNotice?.(event.text);
  });
  let connected: Promise<Engine> | undefined;
  const connect = () =>
    connectEngine({ environment, signal, ...(options.host === undefined ? {} : { host: options.host }) });
  const emit: Tools['emit'] = (event) => sink.emit(event);
  const tools: Tools = {
    environment,
    redactor,
    remote: (timeoutSeconds) =>
      options.remote ?? createGitRemote({ environment, timeoutSeconds, onWait: tellWait(emit) }),
    engine: () => {
      connected ??= options.engine === undefined ? connect() : Promise.resolve(options.engine);
      return connected;
    },
    emit,
    signal,
    lockWaitSeconds: options.lockWaitSeconds ?? 0,
    now: options.now ?? (() => new Date()),
  };
  try {
    signal.throwIfAborted();
    if (!readsSite && options.site !== '') await learnSecrets(options.site, redactor);
    return redactor.redactValue(await flow(tools));
  } catch (error) {
    if (signal.aborted && !(isDeBuildError(error) && error.exitCode === 130)) throw interrupted('build');
    throw redactor.redactValue(error);
  } finally {
    if (options.engine === undefined) await connected?.then((engine) => engine.close()).catch(() => {});
  }
}
