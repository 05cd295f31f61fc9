/**
 * A value as the headers `X-Registry-Auth` and `X-Registry-Config` carry it. Engines take what is not padded for nothing
 * at all, without a word; Node's own `base64url` is not padded.
 */
export function jsonHeader(value: unknown): string {
  const text = Buffer.from(JSON.stringify(value)).toString('base64');
  return text.replaceAll('+', '-').replaceAll('/', '_');
}
