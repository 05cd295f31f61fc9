import type { Instruction, Instructions } from './containerfile-instructions.ts';
import { fillWord } from './containerfile-words.ts';

/** The first thing that the classic builder cannot do, with its line; `undefined` when it can do all. */
export function findBuildKitNeed({
  list,
  syntax,
  escapeCharacter,
}: Instructions): { readonly line: number; readonly what: string } | undefined {
  if (syntax !== undefined) return { line: syntax.line, what: 'the `# syntax=` directive' };
  for (const instruction of list) {
    const what = needOf(instruction, escapeCharacter);
    if (what !== undefined) return { line: instruction.line, what };
  }
  return undefined;
}

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

const RUN_FLAGS: ReadonlySet<string> = new Set(['mount', 'network', 'security', 'device']);
/** `--from` and `--chown` are all that the classic builder knows. */
const CLASSIC_COPY_FLAGS: ReadonlySet<string> = new Set(['from', 'chown']);
/** Platform arguments that BuildKit sets by itself. */
const AUTOMATIC = /\$\{?(?:BUILD|TARGET)(?:PLATFORM|OS|ARCH|VARIANT)\b/;

function needOf(instruction: Instruction, escapeCharacter: string): string | undefined {
  const { name, flags, rest, heredocs } = instruction;
  if (name === 'ONBUILD') return undefined;
  if (heredocs.length > 0) return `a heredoc in ${name}`;
  const names = flags.map((flag) => splitFlag(flag).name);
  const flag =
    name === 'RUN'
      ? names.find((each) => RUN_FLAGS.has(each))
      : name === 'COPY' || name === 'ADD'
        ? names.find((each) => !CLASSIC_COPY_FLAGS.has(each))
        : undefined;
  if (flag !== undefined) return `${name} --${flag}`;
  if (name === 'FROM' && AUTOMATIC.test([...flags, rest].join(' '))) return 'automatic platform arguments';
  if (
    name === 'ADD' &&
    /(?:^|\s)(?:git@|\S+\.git(?:#\S*)?(?:\s|$))/.test(fillWord(rest, escapeCharacter, () => ''))
  ) {
    return 'ADD of a git repository';
  }
  return undefined;
}

function splitFlag(flag: string): { readonly name: string; readonly value: string } {
  const [name = '', ...value] = flag.slice(2).split('=');
  return { name: name.toLowerCase(), value: value.join('=') };
}

/** Comma-separated fields, where a field in double quotes may hold commas. */
function splitFields(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|([^,]+)/g)].map((match) => match[1] ?? match[2] ?? '');
}
