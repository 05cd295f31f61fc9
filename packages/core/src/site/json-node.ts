/** A JSON document as a tree that knows its places. `json-document.ts` reads it. */

export type JsonNode = JsonObject | JsonArray | JsonScalar;

interface Placed {
  /** Offset of the first character. */
  readonly offset: number;
}

export interface JsonObject extends Placed {
  readonly kind: 'object';
  readonly members: readonly JsonMember[];
}

export interface JsonMember {
  readonly key: string;
  readonly keyOffset: number;
  readonly value: JsonNode;
}

export interface JsonArray extends Placed {
  readonly kind: 'array';
  readonly items: readonly JsonNode[];
}

export interface JsonScalar extends Placed {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
}

/** The plain value of a node. */
export function toPlainValue(node: JsonNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'array') return node.items.map(toPlainValue);
  return Object.fromEntries(node.members.map((member) => [member.key, toPlainValue(member.value)]));
}

/** The node at a path of keys and indices, or the nearest one above it that exists. */
export function nodeAt(root: JsonNode, path: readonly PropertyKey[]): JsonNode {
  let node = root;
  for (const step of path) {
    const next: JsonNode | undefined =
      node.kind === 'array'
        ? node.items[Number(step)]
        : node.kind === 'object'
          ? node.members.find((member) => member.key === step)?.value
          : undefined;
    if (next === undefined) break;
    node = next;
  }
  return node;
}

/** Line and column, both 1-based; columns count UTF-16 units, and a byte order mark is none. */
export function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  const bom = lineStart === 0 && text.startsWith('\uFEFF') && offset > 0 ? 1 : 0;
  return { line: before.split('\n').length, column: offset - lineStart - bom + 1 };
}
