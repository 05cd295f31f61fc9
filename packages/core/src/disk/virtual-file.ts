/** A file of a folder that exists only as a list. */
export type VirtualFile = {
  /** Relative to the folder, forward slashes. */
  readonly path: string;
} & (
  | { readonly content: string | Uint8Array }
  /** Absolute path of the file on this machine. */
  | { readonly file: string }
);
