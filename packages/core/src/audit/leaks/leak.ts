import type { SecretForm } from '../../secrets/forms/encoded-forms.ts';
import type { Arrangement } from './confirm-hit.ts';

/**
 * A secret, or what looks like one, found where it should not be, with all places where it was found. It never holds the
 * value itself.
 */
export interface Leak {
  /** A warning: it may be there by chance, or it is not in the image itself. */
  readonly severity: 'error' | 'warning';
  /** The keys of `.env` that hold the secret; of an unknown one, what it looks like: `a token of GitHub (ghp_…)`. */
  readonly secret: string;
  /** Whether it is a secret of the site. */
  readonly isKnown: boolean;
  /** Those that must be fixed first come first. */
  readonly places: readonly LeakedPlace[];
  /** How many more places there are, too many to be listed. */
  readonly omitted: number;
  /** What to do about it, in this order. */
  readonly fixes: readonly string[];
}

/** A place of a secret, and how it is written there. */
export interface LeakedPlace {
  readonly place: LeakPlace;
  readonly forms: readonly LeakForm[];
}

export interface LeakForm {
  readonly form: SecretForm | 'token-shaped';
  readonly arrangement: Arrangement;
  /** How many times it was found there. */
  readonly count: number;
}

/** Where a leak is. */
export type LeakPlace = FilePlace | ConfigPlace | EnginePlace;

/** In a file of a layer. */
export interface FilePlace {
  readonly kind: 'file';
  readonly layer: LayerPlace;
  /** In the image, without a leading slash. */
  readonly path: string;
  /** The files of archives, packs and compressed files within it, from the outside in. */
  readonly inside: readonly string[];
  /** Whether it is in the name, link or attributes of the file, not in its content. */
  readonly isInName: boolean;
  /** The layer that deletes the file again; it is in the image nevertheless. */
  readonly deletedBy?: LayerPlace;
  /** Of an image for several. */
  readonly platform?: string;
}

export interface LayerPlace {
  /** Counted from 1, the lowest. */
  readonly number: number;
  /** How many layers the image has. */
  readonly total: number;
  /** `sha256:…` of the unpacked layer; empty when the image does not name it. */
  readonly digest: string;
  /** The instruction that made it, from the image's history; empty when it is not known. */
  readonly instruction: string;
}

/** In the image's configuration, labels or history. */
export interface ConfigPlace {
  readonly kind: 'configuration';
  /** `environment variable PAT`, `label x`, `history entry 3`. */
  readonly field: string;
  /** The instruction, for an entry of the history. */
  readonly instruction?: string;
  /** Of an image for several. */
  readonly platform?: string;
}

/** In the engine, outside of the image. */
export interface EnginePlace {
  readonly kind: 'build-record' | 'build-cache';
  /** The engine's name of it. */
  readonly id: string;
}

/** What was not searched completely. */
export interface Unread {
  readonly unread: readonly UnreadContent[];
  /** How much more there is that is not listed. */
  readonly unreadOmitted: number;
}

/** A file that was not searched completely. */
export interface UnreadContent {
  readonly path: string;
  readonly inside: readonly string[];
  readonly why: string;
}
