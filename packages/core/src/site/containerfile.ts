import type { Syntax } from './containerfile-instructions.ts';
import type { Mount } from './containerfile-mounts.ts';

/** How a Containerfile takes its apps; `none` when it takes none, or in no way that we know. */
export type Dialect = 'build-arg' | 'secret' | 'none';

export interface Containerfile {
  /** Relative to the site's folder, forward slashes. */
  readonly path: string;
  /** `sha256:…` of the file's bytes. */
  readonly digest: string;
  readonly text: string;
  readonly dialect: Dialect;
  /** The `# syntax=` line. */
  readonly syntax: Syntax | undefined;
  /** Every ARG of the file by name, with each default it is given. */
  readonly args: ReadonlyMap<string, readonly ArgDeclaration[]>;
  readonly stages: readonly Stage[];
  /** What its RUN lines take from outside of the build. */
  readonly mounts: readonly StageMount[];
}

/** A mount, and the index of its stage. */
export interface StageMount extends Mount {
  readonly stage: number;
}

export interface ArgDeclaration {
  readonly line: number;
  /** Without its quotes, and with the ARGs above it filled in. */
  readonly default: string | undefined;
  /** Name of the stage, or its 0-based number where it has none; `undefined` before the first FROM. */
  readonly stage: string | undefined;
}

export interface Stage {
  readonly line: number;
  readonly name: string | undefined;
  /** The FROM reference with ARG defaults filled in; another stage's name when `isStage`. */
  readonly from: string;
  readonly isStage: boolean;
}
