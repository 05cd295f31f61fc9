/** A JSON document as a tree with places. `json-document.ts` reads it. */
import { findNodeAtLocation, getNodeValue, type Node } from 'jsonc-parser';

export type JsonNode = Node;

export interface JsonMember {
  readonly key: string;
  readonly keyOffset: number;
  readonly value: JsonNode;
}

/** The members of an object; none for any other node. */
export function membersOf(node: JsonNode): JsonMember[] {
  if (node.type !== 'object') return [];
  return (node.children ?? []).flatMap(({ children: [key, value] = [] }) =>
    key === undefined || value === undefined ? [] : [{ key: key.value, keyOffset: key.offset, value }],
  );
}

/** The plain value of a node. */
export function toPlainValue(node: JsonNode): unknown {
  return getNodeValue(node);
}

/** The node at a path of keys and indices, or the nearest one above it that exists. */
export function nodeAt(root: JsonNode, path: readonly PropertyKey[]): JsonNode {
  const steps = path.map((step) => (typeof step === 'number' ? step : String(step)));
  for (let length = steps.length; length > 0; length -= 1) {
    const node = findNodeAtLocation(root, steps.slice(0, length));
    if (node !== undefined) return node;
  }
  return root;
}
