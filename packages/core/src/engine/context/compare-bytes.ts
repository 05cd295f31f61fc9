/** Go's order of strings: by the bytes of their UTF-8, which is not JavaScript's beyond U+D7FF. */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
