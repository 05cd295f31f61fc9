import type { Containerfile } from './containerfile.ts';
import { parseInstructions } from './containerfile-instructions.ts';

/**
 * The Containerfile with other images in some FROM lines, given by line; everything else keeps its place.
 */
export function repointStages(
  { text }: Pick<Containerfile, 'text'>,
  images: ReadonlyMap<number, string>,
): string {
  const lines = text.split('\n');
  for (const { name, line, lastLine, flags, rest } of parseInstructions(text).list) {
    const image = images.get(line);
    if (name !== 'FROM' || image === undefined) continue;
    const [, ...others] = rest.split(/\s+/);
    const mark = line === 1 && text.startsWith('\uFEFF') ? '\uFEFF' : '';
    lines[line - 1] = `${mark}${['FROM', ...flags, image, ...others].join(' ')}`;
    lines.fill('', line, lastLine);
  }
  return lines.join('\n');
}
