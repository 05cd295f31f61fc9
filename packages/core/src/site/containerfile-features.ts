import type { Instruction } from './containerfile-instructions.ts';
import { fillWord } from './containerfile-words.ts';

/** Ids of the secrets that a RUN mounts: `id`, or `source`, or the last part of the target. */
export function secretIdsOf(instruction: Instruction, escapeCharacter: string): string[] {
  if (instruction.name !== 'RUN') return [];
  return instruction.flags.flatMap((flag) => {
    const { name, value } = splitFlag(flag);
    if (name !== 'mount') return [];
    const fields = new Map<string, string>();
    for (const field of splitFields(fillWord(value, escapeCharacter, () => undefined))) {
      const [key = '', ...rest] = field.split('=');
      fields.set(key.toLowerCase(), rest.join('='));
    }
    if (fields.get('type')?.toLowerCase() !== 'secret') return [];
    const target = fields.get('target') ?? fields.get('dst') ?? fields.get('destination');
    const id = fields.get('source') ?? fields.get('src') ?? fields.get('id') ?? target?.split('/').at(-1);
    return id === undefined ? [] : [id];
  });
}

function splitFlag(flag: string): { readonly name: string; readonly value: string } {
  const [name = '', ...value] = flag.slice(2).split('=');
  return { name: name.toLowerCase(), value: value.join('=') };
}

/** Comma-separated fields, where a field in double quotes may contain commas. */
function splitFields(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|([^,]+)/g)].map((match) => match[1] ?? match[2] ?? '');
}
