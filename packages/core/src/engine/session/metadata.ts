/** The values of a call's headers by name, not joined. */
export type Metadata = ReadonlyMap<string, readonly string[]>;

/**
 * Reads headers as `[name, value, name, value, …]`. Engines up to 20.10 send text as raw UTF-8, which node:http2
 * decodes as latin1; newer ones URL-encode it and mark that with `<name>-encoded: 1`.
 */
export function readMetadata(rawHeaders: readonly string[]): Metadata {
  const raw = new Map<string, string[]>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    const value = rawHeaders[index + 1] as string;
    const values = raw.get(name);
    if (values === undefined) raw.set(name, [value]);
    else values.push(value);
  }
  const metadata = new Map<string, readonly string[]>();
  for (const [name, values] of raw) {
    const isEncoded = raw.get(`${name}-encoded`)?.[0] === '1';
    metadata.set(name, values.map(isEncoded ? unescapeUrl : latin1ToUtf8));
  }
  return metadata;
}

function unescapeUrl(value: string): string {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '));
  } catch {
    return value;
  }
}

function latin1ToUtf8(value: string): string {
  return /[\u{80}-\u{ff}]/u.test(value) ? Buffer.from(value, 'latin1').toString('utf8') : value;
}
