import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { isMarked, type VariantItem } from './variant.ts';

/** What a Compose file says by itself, without what it includes or extends. */
export interface ComposeReading {
  readonly items: readonly VariantItem[];
  /** Whether it can be used without another: each service has an image, or is built. */
  readonly isWhole: boolean;
}

interface Entry {
  readonly key: string;
  readonly line: number;
  readonly value: Node | undefined;
}

/** `undefined` where it is no Compose file. */
export function readComposeItems(file: string, text: string): ComposeReading | undefined {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, logLevel: 'silent' });
  if (document.errors.length > 0) return undefined;
  const lines = text.split(/\r?\n/);
  const entriesOf = (node: unknown) => readEntries(node, document, counter);
  const services = entriesOf(entriesOf(document.contents).find(({ key }) => key === 'services')?.value);
  const items: VariantItem[] = [];
  let isWhole = services.length > 0;
  for (const { key: service, line, value } of services) {
    const isServiceMarked = isMarked(lines, line);
    items.push({ kind: 'service', name: service, file, line, isOnPurpose: isServiceMarked });
    const settings = entriesOf(value);
    isWhole &&= settings.some(({ key }) => ['image', 'build', 'extends'].includes(key));
    const section = (kind: VariantItem['kind'], of: Entry | undefined, nameOf: (entry: Entry) => string) => {
      if (of === undefined) return;
      const isSectionMarked = isServiceMarked || isMarked(lines, of.line);
      for (const entry of entriesOf(of.value)) {
        const name = nameOf(entry);
        const isOnPurpose = isSectionMarked || isMarked(lines, entry.line);
        if (name !== '') items.push({ kind, name, service, file, line: entry.line, isOnPurpose });
      }
    };
    const setting = (name: string) => settings.find(({ key }) => key === name);
    const member = (entry: Entry, name: string) =>
      entriesOf(entry.value).find(({ key }) => key === name)?.value;
    section('environment key', setting('environment'), ({ key }) => key.replace(/=.*/s, ''));
    section('volume', setting('volumes'), (entry) => textOf(member(entry, 'target')) ?? targetOf(entry.key));
    section('port', setting('ports'), (entry) => textOf(member(entry, 'target')) ?? portOf(entry.key));
    const build = setting('build');
    const args = build && entriesOf(build.value).find(({ key }) => key === 'args');
    section('build arg', args, ({ key }) => key.replace(/=.*/s, ''));
  }
  return { items, isWhole };
}

/** Of a map by its keys, with those that `<<` merges into it; of a list by its texts. */
function readEntries(given: unknown, document: Document, counter: LineCounter): readonly Entry[] {
  const node = isAlias(given) ? given.resolve(document) : given;
  const lineOf = (at: unknown) =>
    counter.linePos((at as { range?: readonly number[] } | undefined)?.range?.[0] ?? 0).line;
  if (isSeq(node))
    return node.items.map((item) => ({
      key: textOf(item) ?? '',
      line: lineOf(item),
      value: item as Node | undefined,
    }));
  if (!isMap(node)) return [];
  const found = new Map<string, Entry>();
  for (const { key, value } of node.items) {
    if (textOf(key) !== '<<') {
      found.set(textOf(key) ?? '', { key: textOf(key) ?? '', line: lineOf(key), value: value as Node });
      continue;
    }
    const merged = isSeq(value) ? value.items : [value];
    for (const one of merged)
      for (const entry of readEntries(one, document, counter))
        if (!node.has(entry.key) && !found.has(entry.key)) found.set(entry.key, entry);
  }
  return [...found.values()];
}

function textOf(node: unknown): string | undefined {
  return isScalar(node) ? String(node.value) : undefined;
}

/** `sites:/bench/sites:ro`, `/bench/logs`; a drive letter is no name. */
function targetOf(text: string): string {
  const [first = '', second] = text.replace(/\$\{[^}]*\}/g, 'X').split(':');
  return second ?? first;
}

/** `127.0.0.1:8080:80/tcp`: the port in the container. */
function portOf(text: string): string {
  return (
    text
      .replace(/\$\{[^}]*\}/g, 'X')
      .split(':')
      .at(-1)
      ?.replace(/\/tcp$/, '') ?? ''
  );
}
