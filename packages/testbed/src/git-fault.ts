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
  /** Answers rightly, but late. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** Takes the request and never answers. */
  | { readonly kind: 'hang' }
  /** Closes the connection with RST. */
  | { readonly kind: 'reset' }
  /** Promises more bytes than it sends. */
  | { readonly kind: 'truncated' }
  /** A well-formed advertisement that stops inside a line and ends properly. */
  | { readonly kind: 'cut-answer' }
  /** 200 with an HTML page, as a captive portal or a login page does. */
  | { readonly kind: 'html' }
  /** 200 with git's content type and bytes that are not git's. */
  | { readonly kind: 'garbage' };

/** Acts a fault out. Gives whether the request is answered; `false` means: go on and answer it rightly. */
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
    case 'reset':
      request.socket.resetAndDestroy();
      return true;
    case 'truncated':
      response.writeHead(200, { 'content-type': ADVERTISEMENT, 'content-length': '4000' });
      response.write('001e# service=git-upload-pack\n0000000eversion 2\n', () => request.socket.destroy());
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
