import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { type DeBuildError, isDeBuildError } from '../errors/de-build-error.ts';
import { engineAnswerUnreadable, engineIdle, engineSilent } from '../errors/engine-failures.ts';
import { explainConnectionError, explainStatus } from './connection-error.ts';
import { copyHeaders, type Dialled, dialModem, headersAndBody } from './dial-modem.ts';
import type { Endpoint } from './endpoint.ts';
import { makeAgent, modemOptions } from './modem-options.ts';
import { readText } from './read-text.ts';
import type { EngineRequest, EngineResponse, EngineTransport, HijackRequest } from './transport.ts';
import { watchAnswer } from './watch-answer.ts';
import { watchSilence } from './watch-silence.ts';

export interface DockerodeClient {
  readonly transport: EngineTransport;
  /**
   * Makes one of dockerode's own calls, with its errors explained. `asked` says what for: `GET /info`.
   * @throws DeBuildError `engine-*`
   */
  call<T>(asked: string, call: (docker: Docker) => Promise<T>, withinMs?: number): Promise<T>;
  /** What a failure of a connection, or of an answer's body, is told as. */
  explain(error: unknown, asked: string): DeBuildError;
  /** All later requests go to this version of the API. */
  useApiVersion(version: string): void;
  close(): void;
}

export interface DockerodeClientOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Sockets to propose when nothing is at the endpoint. */
  readonly otherSockets: readonly string[];
  /** How long the engine may stay silent where a request does not say otherwise, in milliseconds. */
  readonly answerWithinMs: number;
}

/** Loads dockerode and sets it up for one endpoint; nothing is sent yet. */
export async function openDockerode(
  endpoint: Endpoint,
  options: DockerodeClientOptions,
): Promise<DockerodeClient> {
  const { default: Dockerode } = await import('dockerode');
  const agent = makeAgent(endpoint, options.environment);
  const docker = new Dockerode(modemOptions(endpoint, agent));
  const state = { apiVersion: '', wasAlive: false };

  const explain = (error: unknown, asked: string): DeBuildError =>
    isDeBuildError(error)
      ? error
      : explainConnectionError(error, { ...options, endpoint, asked, wasAlive: state.wasAlive });

  const request = async (wanted: EngineRequest): Promise<EngineResponse> => {
    const asked = `${wanted.method} ${wanted.path}`;
    const answer = await dial(asked, wanted.answerWithinMs, wanted.signal, {
      path: wanted.path,
      method: wanted.method,
      ...headersAndBody(wanted),
      query: wanted.query,
    });
    const withinMs = Math.min(wanted.answerWithinMs ?? options.answerWithinMs, LONGEST_PAUSE_MS);
    // Whoever waits for ever asks beside the stream whether the engine lives.
    if (wanted.answerWithinMs !== Number.POSITIVE_INFINITY)
      watchAnswer(answer, withinMs, () => engineSilent(endpoint.url, asked, Math.ceil(withinMs / 1000)));
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: answer };
  };

  const dial = async (
    asked: string,
    withinMs: number | undefined,
    signal: AbortSignal | undefined,
    call: Dialled,
  ): Promise<IncomingMessage> => {
    signal?.throwIfAborted();
    const patience = startPatience(asked, withinMs);
    const signals = [patience.signal, ...(signal === undefined ? [] : [signal])];
    try {
      const answer = await dialModem(docker.modem, { ...call, signal: AbortSignal.any(signals) });
      state.wasAlive = true;
      return answer as IncomingMessage;
    } catch (error) {
      signal?.throwIfAborted();
      if (patience.signal.aborted) throw patience.signal.reason;
      throw explain(error, asked);
    } finally {
      patience.stop();
    }
  };

  /** Aborts when the engine has taken too long; and before that, when it does not even answer a ping meanwhile. */
  const startPatience = (asked: string, withinMs = options.answerWithinMs) => {
    const controller = new AbortController();
    const { signal } = controller;
    if (!Number.isFinite(withinMs)) return { signal, stop: () => undefined };
    const timer = setTimeout(
      () => controller.abort(engineSilent(endpoint.url, asked, Math.ceil(withinMs / 1000))),
      withinMs,
    );
    const watch =
      withinMs <= LONGEST_PAUSE_MS
        ? undefined
        : watchSilence(transport, (seconds) => controller.abort(engineIdle(endpoint.url, asked, seconds)));
    return {
      signal,
      stop() {
        clearTimeout(timer);
        watch?.end();
      },
    };
  };

  const transport: EngineTransport = {
    endpoint: endpoint.url,
    get apiVersion() {
      return state.apiVersion;
    },
    request,
    async json(wanted) {
      const asked = `${wanted.method} ${wanted.path}`;
      const { status, body } = await request(wanted);
      const text = await readText(body).catch((error) => {
        wanted.signal?.throwIfAborted();
        throw explain(error, asked);
      });
      if (status >= 400) throw explainStatus(status, text, asked);
      try {
        return text === '' ? undefined : JSON.parse(text);
      } catch {
        throw engineAnswerUnreadable(asked, 'It is not JSON.');
      }
    },
    async hijack(wanted: HijackRequest): Promise<Duplex> {
      const asked = `POST ${wanted.path}`;
      const answer = await dial(asked, undefined, wanted.signal, {
        path: wanted.path,
        method: 'POST',
        query: wanted.query,
        hijack: true,
        headers: { ...copyHeaders(wanted.headers), Upgrade: wanted.upgrade, 'Content-Type': 'text/plain' },
        file: Buffer.alloc(0),
      });
      if (answer.statusCode === undefined) return answer as unknown as Duplex;
      throw explainStatus(answer.statusCode, await readText(answer).catch(() => ''), asked);
    },
    async ping(signal) {
      const { body, status } = await request({
        method: 'GET',
        path: '/_ping',
        ...(signal === undefined ? {} : { signal }),
      });
      const text = await readText(body).catch((error) => {
        throw explain(error, 'GET /_ping');
      });
      if (status >= 400) throw explainStatus(status, text, 'GET /_ping');
    },
  };

  return {
    transport,
    explain,
    async call(asked, call, withinMs) {
      const patience = startPatience(asked, withinMs);
      const silence = new Promise<never>((_, reject) => {
        patience.signal.addEventListener('abort', () => reject(patience.signal.reason));
      });
      try {
        return await Promise.race([call(docker), silence]);
      } catch (error) {
        const { statusCode, json } = error as { statusCode?: number; json?: unknown };
        if (typeof statusCode !== 'number') throw explain(error, asked);
        throw explainStatus(
          statusCode,
          Buffer.isBuffer(json) ? String(json) : JSON.stringify(json ?? ''),
          asked,
        );
      } finally {
        patience.stop();
      }
    },
    useApiVersion(version) {
      state.apiVersion = version;
      const prefix = endpoint.kind === 'tcp' ? endpoint.pathPrefix.slice(1) : '';
      docker.modem.version = [prefix, `v${version}`].filter((part) => part !== '').join('/');
    },
    close: () => agent.destroy(),
  };
}

/** An engine that begins an answer, or is asked for what takes long, is not given more than this without a sign of life. */
const LONGEST_PAUSE_MS = 30_000;
