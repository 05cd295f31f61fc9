/**
 * A value of the headers `X-Registry-Auth` and `X-Registry-Config`. Engines silently ignore an unpadded one, as Node's
 * `base64url` is.
 */
export function jsonHeader(value: unknown): string {
  const text = Buffer.from(JSON.stringify(value)).toString('base64');
  return text.replaceAll('+', '-').replaceAll('/', '_');
}
