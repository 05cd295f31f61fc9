import { type ChildProcess, spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface BackendCall {
  /** Absolute path of the bare repository. */
  readonly repository: string;
  /** The gitnamespaces(7) name: the commit. */
  readonly namespace: string;
  /** The names to be shown: `refs/heads/version-15`. All others of the namespace are hidden. */
  readonly refs: readonly string[];
  readonly service: 'info/refs' | 'git-upload-pack';
  /** The whole environment to start from. */
  readonly environment: Readonly<Record<string, string>>;
}

const MAX_HEAD_BYTES = 16 * 1024;
/** What a client wants and has; a clone sends some hundred bytes. */
const MAX_REQUEST_BYTES = 8 * 1024 * 1024;

/**
 * Answers one request through `git http-backend`, as CGI (RFC 3875). Streams both ways, with backpressure; git ends with
 * the request, however that ends.
 * @param count is told of every chunk of the answer's body.
 */
export async function runBackend(
  request: IncomingMessage,
  response: ServerResponse,
  { call, count }: { readonly call: BackendCall; readonly count: (bytes: number) => void },
): Promise<void> {
  const child = spawn('git', ['http-backend'], {
    env: backendEnvironment(request, call),
    // A group of its own, so that the git processes below it can be ended together with it.
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let isClosed = false;
  const closed = new Promise<void>((done) => {
    child.once('close', () => {
      isClosed = true;
      done();
    });
  });
  const end = (): void => {
    if (!isClosed) endGroup(child);
  };
  const started = new Promise<never>((_, reject) => child.once('error', reject));
  started.catch(() => undefined);
  response.once('close', end);
  try {
    feed(request, child, end);
    const body = child.stdout;
    const { status, headers } = await Promise.race([readHead(body), started]);
    response.writeHead(status, headers);
    body.on('data', (chunk: Buffer) => count(chunk.length));
    await pipeline(body, response);
  } finally {
    end();
    await Promise.race([closed, started.catch(() => undefined)]);
  }
}

/** Hands the request's body on; one that has no end ends the child. */
function feed(request: IncomingMessage, child: ChildProcess, end: () => void): void {
  const { stdin } = child;
  if (stdin === null) return;
  let size = 0;
  stdin.on('error', () => undefined);
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_REQUEST_BYTES) end();
  });
  request.once('close', () => {
    if (!request.complete) end();
  });
  request.pipe(stdin);
}

interface Head {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Reads the header lines that a CGI program prints first; the rest stays in the stream. */
async function readHead(body: Readable): Promise<Head> {
  let read = Buffer.alloc(0);
  return new Promise((resolve, reject) => {
    const fail = (): void => settle(() => reject(new Error('git http-backend gave no answer')));
    const take = (): void => {
      for (;;) {
        const chunk = body.read() as Buffer | null;
        if (chunk === null) return;
        read = Buffer.concat([read, chunk]);
        const end = read.indexOf('\r\n\r\n');
        if (end === -1 && read.length <= MAX_HEAD_BYTES) continue;
        if (end === -1) {
          fail();
          return;
        }
        const rest = read.subarray(end + 4);
        const head = parseHead(read.subarray(0, end).toString('latin1'));
        settle(() => {
          if (rest.length > 0) body.unshift(rest);
          resolve(head);
        });
        return;
      }
    };
    const settle = (finish: () => void): void => {
      body.off('readable', take);
      body.off('end', fail);
      body.off('close', fail);
      finish();
    };
    body.on('readable', take);
    body.once('end', fail);
    body.once('close', fail);
  });
}

function parseHead(text: string): Head {
  let status = 200;
  const headers: Record<string, string> = {};
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'status') status = Number.parseInt(value, 10);
    else headers[name] = value;
  }
  return { status, headers };
}

function backendEnvironment(request: IncomingMessage, call: BackendCall): Record<string, string> {
  const { headers } = request;
  const protocol = String(headers['git-protocol'] ?? '');
  return {
    ...call.environment,
    ...gitSettings([
      ['safe.directory', '*'],
      ['http.receivepack', 'false'],
      ['http.getanyfile', 'false'],
      // What is packed already goes out as it is: looking for better deltas would cost more than loopback does.
      ['pack.window', '0'],
      ['transfer.hideRefs', 'refs/'],
      ...call.refs.map((ref) => ['transfer.hideRefs', `!${ref}`] as const),
    ]),
    GIT_HTTP_EXPORT_ALL: '1',
    GIT_NAMESPACE: call.namespace,
    GIT_PROJECT_ROOT: call.repository,
    PATH_INFO: `/${call.service}`,
    QUERY_STRING: call.service === 'info/refs' ? 'service=git-upload-pack' : '',
    REQUEST_METHOD: call.service === 'info/refs' ? 'GET' : 'POST',
    REMOTE_ADDR: '127.0.0.1',
    CONTENT_TYPE: headers['content-type'] ?? '',
    HTTP_CONTENT_ENCODING: String(headers['content-encoding'] ?? ''),
    ...(headers['content-length'] === undefined ? {} : { CONTENT_LENGTH: headers['content-length'] }),
    ...(/^[\w=:.,-]{1,100}$/.test(protocol) ? { GIT_PROTOCOL: protocol } : {}),
  };
}

function gitSettings(settings: readonly (readonly [key: string, value: string])[]): Record<string, string> {
  const environment: Record<string, string> = { GIT_CONFIG_COUNT: String(settings.length) };
  for (const [index, [key, value]] of settings.entries()) {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return environment;
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // All of the group has ended.
  }
}
