import { Agent as HttpAgent, type IncomingHttpHeaders, type RequestOptions, request } from 'node:http';
import { Agent as HttpsAgent, request as requestOverTls } from 'node:https';
import { gunzipSync } from 'node:zlib';
import { gitTimeout } from '../errors/git-failures.ts';
import { type Environment, pickVariables } from '../process/environment.ts';
import type { HttpAnswer } from './curl-trace.ts';
import { basicAuthorization, REACH_VARIABLES } from './git-home.ts';
import { judgeAnswer } from './judge-listing.ts';
import { readLsRefs, writeLsRefs } from './ls-refs.ts';
import type { NetworkSettings } from './network-settings.ts';
import type { RemoteRefs, Repository } from './remote.ts';
import { readRemoteRefs } from './remote-refs.ts';
import { type Attempt, failed, requestOf } from './retry.ts';

/** More than this, as sent or unpacked, is left to git. */
const MAX_BYTES = 64 * 1024 * 1024;

const OF_TLS = /^https_|SSL/i;

/** Whether a host is reached without proxy, certificates and programs of the user, which only git knows how to use. */
export function isAskable(url: URL, environment: Environment, settings: NetworkSettings): boolean {
  const isTls = url.protocol === 'https:';
  if (!(isTls || url.protocol === 'http:') || settings.length > 0) return false;
  const variables = REACH_VARIABLES.filter((name) => isTls || !OF_TLS.test(name));
  return Object.keys(pickVariables(environment, variables)).length === 0;
}

export interface AskLimits {
  readonly timeoutMs: number;
  /** For the message. */
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Reads branches and tags over git's smart HTTP, without starting git, which takes longer than a near host's answer.
 * `undefined` when git should ask: the connection failed, or the answer is not of protocol version 2. No redirect is
 * followed here.
 */
export async function askHost(
  repository: Repository,
  { timeoutMs, timeoutSeconds, signal }: AskLimits,
): Promise<Attempt<RemoteRefs> | undefined> {
  const named = requestOf(repository);
  const timeout = AbortSignal.timeout(timeoutMs);
  const connection = connect(repository, signal === undefined ? timeout : AbortSignal.any([signal, timeout]));
  try {
    const offered = await connection.exchange('/info/refs?service=git-upload-pack');
    const refused = judgeAnswer(offered, named, Date.now());
    if (refused !== undefined) return refused;
    const question = writeLsRefs(offered.body, repository.withDefaultBranch === true);
    if (question === undefined) return undefined;
    const listed = await connection.exchange('/git-upload-pack', question);
    const failure = judgeAnswer(listed, named, Date.now());
    if (failure !== undefined) return failure;
    const output = readLsRefs(listed.body);
    const refs = output === undefined ? undefined : readRemoteRefs(output);
    return refs && { outcome: 'done', value: refs };
  } catch {
    signal?.throwIfAborted();
    return timeout.aborted ? failed(gitTimeout({ ...named, seconds: timeoutSeconds })) : undefined;
  } finally {
    connection.close();
  }
}

interface Answer extends HttpAnswer {
  readonly body: Buffer;
}

/** One connection, whose requests all carry the credential of the repository. */
function connect({ url, credential }: Repository, signal: AbortSignal) {
  const isTls = url.startsWith('https:');
  const agent = new (isTls ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: 1 });
  const headers = {
    accept: '*/*',
    'accept-encoding': 'gzip',
    'git-protocol': 'version=2',
    // Some hosts serve git only to what calls itself git.
    'user-agent': 'git/de-build',
    ...(credential && { authorization: basicAuthorization(credential) }),
  };
  const exchange = async (path: string, question?: string): Promise<Answer> => {
    const asked = question === undefined ? { method: 'GET', headers } : posted(headers, question);
    return send(`${url.replace(/\/+$/, '')}${path}`, { ...asked, agent, signal }, question);
  };
  return { exchange, close: () => agent.destroy() };
}

function posted(headers: Readonly<Record<string, string>>, question: string): RequestOptions {
  const type = {
    'content-type': 'application/x-git-upload-pack-request',
    'content-length': Buffer.byteLength(question),
  };
  return { method: 'POST', headers: { ...headers, ...type } };
}

function send(url: string, options: RequestOptions, body: string | undefined): Promise<Answer> {
  const start = url.startsWith('https:') ? requestOverTls : request;
  return new Promise((resolve, reject) => {
    // A certificate is checked, whatever NODE_TLS_REJECT_UNAUTHORIZED says.
    const sent = start(url, { ...options, ...{ rejectUnauthorized: true } }, async (response) => {
      try {
        const chunks: Buffer[] = [];
        let length = 0;
        for await (const chunk of response as AsyncIterable<Buffer>) {
          length += chunk.length;
          if (length > MAX_BYTES) throw new Error('The answer is too long');
          chunks.push(chunk);
        }
        const headers = flatten(response.headers);
        const whole = Buffer.concat(chunks);
        const unpacked =
          headers.get('content-encoding') === 'gzip'
            ? gunzipSync(whole, { maxOutputLength: MAX_BYTES })
            : whole;
        resolve({ status: response.statusCode ?? 0, headers, body: unpacked });
      } catch (error) {
        reject(error);
      }
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function flatten(headers: IncomingHttpHeaders): ReadonlyMap<string, string> {
  return new Map(Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]));
}
