import { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type DeBuildError, isDeBuildError } from '../errors/de-build-error.ts';
import { engineAnswerUnreadable, engineSilent } from '../errors/engine-failures.ts';
import { explainConnectionError, explainStatus } from './connection-error.ts';
import type { Endpoint } from './endpoint.ts';
import { type Call, dialModem, type Modem, makeModem } from './modem.ts';
import { LONGEST_PAUSE_MS, startPatience } from './patience.ts';
import { readText } from './read-text.ts';
import type {
  EngineRequest,
  EngineResponse,
  EngineTransport,
  HijackRequest,
  TextResponse,
} from './transport.ts';
import { watchAnswer } from './watch-answer.ts';

export interface OpenTransport extends EngineTransport {
  /** All later requests go to this version of the API. */
  useApiVersion(version: string): void;
  close(): void;
}

export interface TransportOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Sockets to propose when nothing is at the endpoint. */
  readonly otherSockets: readonly string[];
  /** How long the engine may stay silent where a request does not say otherwise, in milliseconds. */
  readonly answerWithinMs: number;
}

interface Line extends TransportOptions {
  readonly endpoint: Endpoint;
  readonly modem: Modem;
  apiVersion: string;
  wasAlive: boolean;
}

/** Prepares requests to one endpoint; nothing is sent yet. */
export async function openTransport(endpoint: Endpoint, options: TransportOptions): Promise<OpenTransport> {
  const modem = await makeModem(endpoint, options.environment);
  const line: Line = { ...options, endpoint, modem, apiVersion: '', wasAlive: false };
  useApiVersion(line, '');
  return {
    endpoint: endpoint.url,
    get apiVersion() {
      return line.apiVersion;
    },
    request: (wanted) => request(line, wanted),
    text: (wanted) => text(line, wanted),
    send: (wanted) => succeed(line, wanted).then(() => undefined),
    json: (wanted) => json(line, wanted),
    hijack: (wanted) => hijack(line, wanted),
    ping: () => ping(line),
    useApiVersion: (version) => useApiVersion(line, version),
    close: () => modem.agent.destroy(),
  };
}

async function ping(line: Line): Promise<void> {
  await succeed(line, { method: 'GET', path: '/_ping' });
}

async function json(line: Line, wanted: EngineRequest): Promise<unknown> {
  const answer = await succeed(line, wanted);
  try {
    return answer === '' ? undefined : JSON.parse(answer);
  } catch {
    throw engineAnswerUnreadable(`${wanted.method} ${wanted.path}`, 'It is not JSON.');
  }
}

/** The text of an answer whose status is below 400. */
async function succeed(line: Line, wanted: EngineRequest): Promise<string> {
  const answer = await text(line, wanted);
  if (answer.status < 400) return answer.text;
  throw explainStatus(answer.status, answer.text, `${wanted.method} ${wanted.path}`);
}

async function text(line: Line, wanted: EngineRequest & { readonly limit?: number }): Promise<TextResponse> {
  const { status, headers, body } = await request(line, wanted);
  try {
    return { status, headers, text: await readText(body, wanted.limit) };
  } catch (error) {
    wanted.signal?.throwIfAborted();
    throw explain(line, error, `${wanted.method} ${wanted.path}`);
  }
}

async function request(line: Line, wanted: EngineRequest): Promise<EngineResponse> {
  const { answerWithinMs = line.answerWithinMs } = wanted;
  const body = (await dial(line, wanted, answerWithinMs)) as IncomingMessage;
  // A request without a limit has its own watch.
  if (Number.isFinite(answerWithinMs)) {
    const asked = `${wanted.method} ${wanted.path}`;
    const withinMs = Math.min(answerWithinMs, LONGEST_PAUSE_MS);
    watchAnswer(body, withinMs, () => engineSilent(line.endpoint.url, asked, Math.ceil(withinMs / 1000)));
  }
  return { status: body.statusCode ?? 0, headers: body.headers, body };
}

async function hijack(line: Line, wanted: HijackRequest): Promise<Duplex> {
  const answer = await dial(line, { ...wanted, method: 'POST' }, line.answerWithinMs);
  if (!(answer instanceof IncomingMessage)) return answer;
  const { statusCode = 0 } = answer;
  throw explainStatus(statusCode, await readText(answer).catch(() => ''), `POST ${wanted.path}`);
}

async function dial(
  line: Line,
  call: Omit<Call, 'signal'> & Pick<EngineRequest, 'signal'>,
  withinMs: number,
): Promise<IncomingMessage | Duplex> {
  const { signal } = call;
  signal?.throwIfAborted();
  const asked = `${call.method} ${call.path}`;
  const transport = { endpoint: line.endpoint.url, ping: () => ping(line) };
  const patience = startPatience(transport, asked, withinMs);
  const either = AbortSignal.any([patience.signal, ...(signal === undefined ? [] : [signal])]);
  try {
    const answer = await dialModem(line.modem, { ...call, signal: either });
    line.wasAlive = true;
    return answer;
  } catch (error) {
    signal?.throwIfAborted();
    patience.signal.throwIfAborted();
    throw explain(line, error, asked);
  } finally {
    patience.stop();
  }
}

function explain(line: Line, error: unknown, asked: string): DeBuildError {
  return isDeBuildError(error) ? error : explainConnectionError(error, { ...line, asked });
}

function useApiVersion(line: Line, version: string): void {
  line.apiVersion = version;
  const prefix = line.endpoint.kind === 'tcp' ? line.endpoint.pathPrefix.slice(1) : '';
  const parts = [prefix, version === '' ? '' : `v${version}`].filter((part) => part !== '');
  line.modem.version = parts.join('/');
}
