import type { StepTransfer } from '../build-event.ts';
import { readFields, readMessage } from '../session/protobuf.ts';

/** `StatusResponse` of moby/buildkit's control.proto: what changed since the one before. */
export interface BuildStatus {
  readonly vertexes: readonly Vertex[];
  readonly transfers: readonly VertexTransfer[];
  readonly logs: readonly VertexLog[];
  readonly warnings: readonly VertexWarning[];
}

/** A node of the build's graph, which people call a step. Times are milliseconds since the epoch. */
export interface Vertex {
  readonly digest: string;
  readonly name: string;
  readonly isCached: boolean;
  readonly startedAt: number | undefined;
  readonly completedAt: number | undefined;
  /** Empty when there is none. */
  readonly error: string;
}

export interface VertexTransfer extends StepTransfer {
  readonly vertex: string;
}

export interface VertexLog {
  readonly vertex: string;
  /** 1 is stdout, 2 is stderr. */
  readonly stream: number;
  readonly bytes: Buffer;
}

export interface VertexWarning {
  readonly vertex: string;
  readonly text: string;
  readonly url: string;
}

/** @throws RangeError when the bytes are no such message */
export function readStatus(bytes: Buffer): BuildStatus {
  const vertexes: Vertex[] = [];
  const transfers: VertexTransfer[] = [];
  const logs: VertexLog[] = [];
  const warnings: VertexWarning[] = [];
  readMessage(bytes, (field, value) => {
    if (typeof value === 'number') return;
    if (field === 1) vertexes.push(readVertex(value));
    if (field === 2) transfers.push(readTransfer(value));
    if (field === 3) logs.push(readLog(value));
    if (field === 4) warnings.push(readWarning(value));
  });
  return { vertexes, transfers, logs, warnings };
}

function readVertex(bytes: Buffer): Vertex {
  const fields = readFields(bytes);
  return {
    digest: fields.text(1),
    name: fields.text(3),
    isCached: fields.number(4) === 1,
    startedAt: fields.time(5),
    completedAt: fields.time(6),
    error: fields.text(7),
  };
}

function readTransfer(bytes: Buffer): VertexTransfer {
  const fields = readFields(bytes);
  return {
    label: fields.text(1),
    vertex: fields.text(2),
    current: fields.number(4),
    total: fields.number(5),
    done: fields.time(8) !== undefined,
  };
}

function readLog(bytes: Buffer): VertexLog {
  const fields = readFields(bytes);
  return { vertex: fields.text(1), stream: fields.number(3), bytes: fields.bytes(4) };
}

function readWarning(bytes: Buffer): VertexWarning {
  const fields = readFields(bytes);
  return {
    vertex: fields.text(1),
    text: fields.text(3),
    url: fields.text(5),
  };
}
