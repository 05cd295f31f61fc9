/** How a Containerfile takes its apps. */
export type Dialect = 'build-arg' | 'secret';

export interface Containerfile {
  /** Relative to the site's folder, forward slashes. */
  readonly path: string;
  /** `sha256:…` of the file's bytes. */
  readonly digest: string;
  readonly text: string;
  /** `undefined` when the file takes no apps in a way we know. */
  readonly dialect: Dialect | undefined;
  /** Every ARG of the file by name, with each default it is given. */
  readonly args: ReadonlyMap<string, readonly ArgDeclaration[]>;
  readonly stages: readonly Stage[];
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
