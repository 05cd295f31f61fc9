import { SHORTEST_SECRET } from './redactor.ts';

/** `password x`, `_authToken=x`, `token: "x"`, as in netrc, npmrc, pip.conf and JSON. */
const NAMED =
  /(?:passw(?:or)?d|secret|token|_auth|api[-_]?key|credential)[\w-]*["']?[ \t]*[:= \t][ \t]*["']?([^\s"',]+)/gi;
const IN_URL = /:\/\/[^\s:@/]*:([^\s@/]+)@/g;
const ALONE_IN_URL = /:\/\/([^\s:@/]{16,})@/g;

/**
 * The secrets in a file: its whole content, and the passwords and tokens that it names, because a step may write one of them
 * somewhere without the rest.
 */
export function secretParts(content: string): readonly string[] {
  const whole = content.trim();
  const found = [NAMED, IN_URL, ALONE_IN_URL].flatMap((pattern) =>
    [...whole.matchAll(pattern)].map(([, value = '']) => value),
  );
  // `${NAME}` is filled from somewhere else.
  const parts = found.filter((value) => value.length >= SHORTEST_SECRET && !/^\$/.test(value));
  return [...new Set([whole, ...parts])];
}
