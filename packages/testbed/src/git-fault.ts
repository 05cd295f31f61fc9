import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a git server does instead of answering, or before it. */
export type GitFault =
  /** A plain HTTP answer: 401, 403, 404, 429 (with `retry-after`), 500, 502, … */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** 302 to the same path at another origin: `http://127.0.0.1:PORT`. */
  | { readonly kind: 'redirect'; readonly to: string }
  | { readonly kind: 'redirect-loop' }
  /** Answers correctly, but late. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** Takes the request and never answers. */
  | { readonly kind: 'hang' }
  /** Sends a byte of an answer now and then, and never ends. */
  | { readonly kind: 'drip'; readonly everyMs: number }
  /** Closes the connection with RST: before an answer, inside its headers, or inside its body. */
  | { readonly kind: 'reset' | 'reset-in-headers' | 'reset-in-body' }
  /** Closes the connection without an answer. */
  | { readonly kind: 'close' }
  /** Answers correctly up to this many bytes, then ends the answer, or closes the connection with RST. */
  | { readonly kind: 'cut'; readonly afterBytes: number; readonly by: 'end' | 'reset' }
  /** Promises more bytes than it sends. */
  | { readonly kind: 'truncated' }
  /** A well-formed advertisement that stops inside a line and ends properly. */
  | { readonly kind: 'cut-answer' }
  /** 200 with an HTML page, as a captive portal or a login page does. */
  | { readonly kind: 'html' }
  /** 200 with git's content type and bytes that are not git's. */
  | { readonly kind: 'garbage' };

/** Simulates a fault. Returns whether the request is answered; on `false` the caller answers it correctly. */
export async function actOut(
  fault: GitFault,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  switch (fault.kind) {
    case 'status': {
      const challenge = fault.status === 401 ? { 'www-authenticate': 'Basic realm="git"' } : {};
      response.writeHead(fault.status, { 'content-type': 'text/plain', ...challenge, ...fault.headers });
      response.end(fault.body ?? '');
      return true;
    }
    case 'redirect':
      response.writeHead(302, { location: `${fault.to}${request.url}` }).end();
      return true;
    case 'redirect-loop':
      response.writeHead(302, { location: `http://${request.headers.host}${request.url}` }).end();
      return true;
    case 'slow':
      await sleep(fault.delayMs, undefined, { ref: false });
      return false;
    case 'hang':
      return true;
    case 'drip': {
      response.writeHead(200, { 'content-type': ADVERTISEMENT, 'content-length': '4000' });
      // This is the start of a line of the maximum length, which continues.
      const sent = [...'fff0'];
      const timer = setInterval(() => response.write(sent.shift() ?? '0'), fault.everyMs).unref();
      response.once('close', () => clearInterval(timer));
      return true;
    }
    case 'reset':
      request.socket.resetAndDestroy();
      return true;
    case 'reset-in-headers':
      request.socket.write('HTTP/1.1 200 OK\r\nContent-Ty', () => resetSoon(request));
      return true;
    case 'reset-in-body':
      response.writeHead(200, { 'content-type': ADVERTISEMENT, 'content-length': '4000' });
      response.write(startOfAnswer(request), () => resetSoon(request));
      return true;
    case 'close':
      request.socket.destroy();
      return true;
    case 'cut':
      cutOff(response, fault);
      return false;
    case 'truncated':
      response.writeHead(200, { 'content-type': ADVERTISEMENT, 'content-length': '4000' });
      response.write(startOfAnswer(request), () => request.socket.destroy());
      return true;
    case 'cut-answer':
      response.writeHead(200, { 'content-type': ADVERTISEMENT });
      response.end('001e# service=git-upload-pack\n000001');
      return true;
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<!doctype html><title>Sign in</title><p>Sign in to go on.</p>');
      return true;
    case 'garbage':
      response.writeHead(200, { 'content-type': ADVERTISEMENT });
      response.end('\u0000\u0001 this is not what git speaks \u0002');
      return true;
  }
}

const ADVERTISEMENT = 'application/x-git-upload-pack-advertisement';

/** Valid up to its end: git may have no time to find another error before the connection ends. */
function startOfAnswer({ method }: IncomingMessage): string {
  return method === 'POST' ? '003d0123456789' : '001e# service=git-upload-pack\n0000000eversion 2\n';
}

/** An RST drops what the other side has not read yet, so it gets time to read. */
function resetSoon({ socket }: IncomingMessage): void {
  setTimeout(() => socket.resetAndDestroy(), 50).unref();
}

/** Passes the correct answer on up to some point. */
function cutOff(response: ServerResponse, { afterBytes, by }: Extract<GitFault, { kind: 'cut' }>): void {
  const write = response.write.bind(response) as (chunk: Buffer) => boolean;
  let left = afterBytes;
  response.write = (chunk: Buffer) => {
    if (left <= 0) return true;
    const isLast = chunk.length >= left;
    const isDrained = write(chunk.subarray(0, left));
    left -= chunk.length;
    if (isLast && by === 'end') response.end();
    if (isLast && by === 'reset') resetSoon(response.req);
    return isDrained;
  };
  const end = response.end.bind(response) as () => ServerResponse;
  response.end = () => (left <= 0 && by === 'reset' ? response : end());
}
