import type { Place } from '../errors/finding.ts';
import type { Credential } from '../git/remote.ts';

/** An app to be installed: its name as bench uses it, and its source. */
export interface App {
  /** The name that bench uses: the repository's name without `.git`. */
  readonly name: string;
  /** Without credentials. */
  readonly url: string;
  /** Branch or tag; `undefined` means the repository's default branch. */
  readonly ref: string | undefined;
  readonly credential: Credential | undefined;
  /** Line of its entry in apps.json; `undefined` for frappe. */
  readonly line: number | undefined;
  /** Where findings about its ref point. */
  readonly place: Place;
}

/** An app with the commit its ref points at now. */
export interface ResolvedApp extends App {
  readonly commit: string;
  readonly kind: 'branch' | 'tag';
  /** For an annotated tag: the tag object, which is what bench records instead of the commit. */
  readonly tagObject?: string;
  /** Name of the ref, also when apps.json left it out. */
  readonly ref: string;
}
