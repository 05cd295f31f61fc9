const OFFSETS = [0, 1, 2];

/**
 * A text in base64 (RFC 4648) at every offset in a larger document: only those characters that depend on nothing but the text.
 */
export function base64Forms(bytes: Buffer): readonly string[] {
  return OFFSETS.map((offset) => base64At(bytes, offset));
}

/** Base64 in a document in base64: the login of a Docker configuration in a Kubernetes secret. */
export function nestedBase64Forms(bytes: Buffer): readonly string[] {
  return base64Forms(bytes).flatMap((text) => base64Forms(Buffer.from(text)));
}

/** The other alphabet of RFC 4648. */
export function urlSafe(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_');
}

/** The characters that depend on `bytes` alone when they begin `offset` bytes after a multiple of three. */
function base64At(bytes: Buffer, offset: number): string {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  return whole.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
}
