/** What is wrong with an archive. */
export class TarError extends Error {
  override name = 'TarError';
}

/** Text up to the first NUL; read as latin1 when it is not UTF-8, so that nothing is lost. */
export function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  const own = end === -1 ? bytes : bytes.subarray(0, end);
  const text = own.toString('utf8');
  return text.includes('\u{fffd}') ? own.toString('latin1') : text;
}
