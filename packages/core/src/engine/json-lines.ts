import { StringDecoder } from 'node:string_decoder';

/** No engine sends a longer line. */
const LONGEST_LINE = 16 * 1024 * 1024;

/**
 * The JSON objects of a stream, one per line.
 * @throws SyntaxError for a line that is not JSON, and for a last line that breaks off
 */
export async function* readJsonLines(
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<Readonly<Record<string, unknown>>, void, void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) throw new SyntaxError('A line of the answer does not end');
    for (const line of lines) {
      if (line.trim() !== '') yield parseObject(line);
    }
  }
  rest += decoder.end();
  if (rest.trim() !== '') yield parseObject(rest);
}

function parseObject(line: string): Readonly<Record<string, unknown>> {
  const parsed: unknown = JSON.parse(line);
  if (typeof parsed === 'object' && parsed !== null) return parsed as Record<string, unknown>;
  throw new SyntaxError('A line of the answer is not an object');
}
