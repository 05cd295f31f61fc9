import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { engineAnswerUnreadable, engineSilent } from '../errors/engine-failures.ts';
import { explainConnectionError, explainStatus } from './connection-error.ts';
import { copyHeaders, type Dialled, dialModem, headersAndBody } from './dial-modem.ts';
import type { Endpoint } from './endpoint.ts';
import { makeAgent, modemOptions } from './modem-options.ts';
import { readText } from './read-text.ts';
import type { EngineRequest, EngineResponse, EngineTransport, HijackRequest } from './transport.ts';

export interface DockerodeClient {
  readonly transport: EngineTransport;
  /**
   * Makes one of dockerode's own calls, with its errors explained. `asked` says what for: `GET /info`.
   * @throws DeBuildError `engine-*`
   */
  call<T>(asked: string, call: (docker: Docker) => Promise<T>, withinMs?: number): Promise<T>;
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

  const explain = (error: unknown, asked: string) =>
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
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: answer };
  };

  const dial = async (
    asked: string,
    withinMs: number | undefined,
    signal: AbortSignal | undefined,
    call: Dialled,
  ): Promise<IncomingMessage> => {
    signal?.throwIfAborted();
    const patience = startPatience(withinMs ?? options.answerWithinMs);
    const signals = [patience.signal, ...(signal === undefined ? [] : [signal])];
    try {
      const answer = await dialModem(docker.modem, { ...call, signal: AbortSignal.any(signals) });
      state.wasAlive = true;
      return answer as IncomingMessage;
    } catch (error) {
      signal?.throwIfAborted();
      if (patience.signal.aborted) throw engineSilent(endpoint.url, asked, patience.seconds);
      throw explain(error, asked);
    } finally {
      patience.stop();
    }
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
    async call(asked, call, withinMs) {
      const patience = startPatience(withinMs ?? options.answerWithinMs);
      const silence = new Promise<never>((_, reject) => {
        patience.signal.addEventListener('abort', () =>
          reject(engineSilent(endpoint.url, asked, patience.seconds)),
        );
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

function startPatience(ms: number): { signal: AbortSignal; seconds: number; stop: () => void } {
  const controller = new AbortController();
  const timer = Number.isFinite(ms) ? setTimeout(() => controller.abort(), ms) : undefined;
  return { signal: controller.signal, seconds: Math.ceil(ms / 1000), stop: () => clearTimeout(timer) };
}
