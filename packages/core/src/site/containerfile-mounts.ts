import type { Instruction } from './containerfile-instructions.ts';
import type { ArgLookup } from './containerfile-lexer.ts';
import { fillWord } from './containerfile-words.ts';

/** What a `--mount` of a RUN takes from outside of the build. */
export interface Mount {
  readonly kind: 'secret' | 'ssh' | 'bind' | 'cache';
  /** Of a secret or an SSH agent; `default` is the agent that no id names. */
  readonly id: string;
  /** The build fails without it. */
  readonly isRequired: boolean;
  /** Where the step finds it, if the Containerfile says so. */
  readonly target: string | undefined;
  /** Of a bind: the path in the context, or in `from`. */
  readonly source: string | undefined;
  readonly from: string | undefined;
  /** 1-based, of its RUN. */
  readonly line: number;
}

/** The mounts of a RUN that take a secret, an SSH agent, a file or a cache; in their order. */
export function mountsOf(
  instruction: Instruction,
  { escapeCharacter, lookup }: { readonly escapeCharacter: string; readonly lookup: ArgLookup },
): Mount[] {
  if (instruction.name !== 'RUN') return [];
  const fill = (text: string) => fillWord(text, escapeCharacter, lookup).text;
  return instruction.flags.flatMap((flag) => {
    const { name, value } = splitFlag(flag);
    if (name !== 'mount') return [];
    const fields = new Map<string, string | undefined>();
    for (const field of splitFields(withoutQuotes(value))) {
      const [key = '', ...rest] = field.split('=');
      fields.set(key.toLowerCase(), rest.length === 0 ? undefined : fill(rest.join('=')));
    }
    return mountOf(fields, instruction.line);
  });
}

function mountOf(fields: ReadonlyMap<string, string | undefined>, line: number): Mount[] {
  const read = (...keys: string[]) => keys.map((key) => fields.get(key)).find((value) => value !== undefined);
  const kind = (read('type') ?? 'bind').toLowerCase();
  const source = read('source', 'src');
  const target = read('target', 'dst', 'destination');
  const isRequired = fields.has('required') && isTrue(fields.get('required') ?? 'true');
  const mount = { isRequired, target, source, from: read('from'), line };
  if (kind === 'bind' || kind === 'cache') return [{ ...mount, kind, id: '' }];
  if (kind === 'ssh') return [{ ...mount, kind, id: source || read('id') || 'default' }];
  if (kind !== 'secret') return [];
  const id = source || read('id') || target?.split('/').at(-1) || read('env') || '';
  return id === '' ? [] : [{ ...mount, kind, id }];
}

/** As Go's `strconv.ParseBool`. */
function isTrue(value: string): boolean {
  return ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(value);
}

/** A flag's name, and its value as written. */
export function splitFlag(flag: string): { readonly name: string; readonly value: string } {
  const [name = '', ...value] = flag.slice(2).split('=');
  return { name: name.toLowerCase(), value: value.join('=') };
}

/** A flag has its quotes and backslashes read before its fields are; its variables stay. */
export function withoutQuotes(text: string): string {
  let read = '';
  let quote = '';
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] ?? '';
    if (character === '\\') {
      index += 1;
      read += text[index] ?? '';
    } else if (quote === '' && (character === '"' || character === "'")) quote = character;
    else if (character === quote) quote = '';
    else read += character;
  }
  return read;
}

/** Comma-separated fields, where a field in double quotes may contain commas. */
function splitFields(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|([^,]+)/g)].map((match) => match[1] ?? match[2] ?? '');
}
