import type { SecretForm } from '../../secrets/encoded-forms.ts';
import type { Arrangement } from './confirm-hit.ts';

/** Bytes of a secret, or of what looks like one, found where they should not be. The value itself is never in it. */
export interface Leak {
  /** A warning: it may be chance, or it is not in the image itself. */
  readonly severity: 'error' | 'warning';
  /** The keys of `.env` that hold the secret; of an unknown one, what it looks like: `a token of GitHub (ghp_…)`. */
  readonly secret: string;
  /** Whether it is a secret of the site. */
  readonly isKnown: boolean;
  readonly form: LeakForm;
  readonly arrangement: Arrangement;
  readonly place: LeakPlace;
  /** How often it was found there. */
  readonly count: number;
  /** What to do about it. */
  readonly fix: string;
}

export type LeakForm = SecretForm | 'token-shaped';

/** Where a leak is. */
export type LeakPlace = FilePlace | ConfigPlace | EnginePlace;

export interface FilePlace {
  readonly kind: 'file';
  readonly layer: LayerPlace;
  /** In the image, without a leading slash. */
  readonly path: string;
  /** Of archives, packs and compressed files: what is in them, one within the other. */
  readonly inside: readonly string[];
  /** Whether it is in the file's name, link or attributes, not in its content. */
  readonly isInName: boolean;
  /** The layer that deletes the file again; it is in the image nevertheless. */
  readonly deletedBy?: LayerPlace;
}

export interface LayerPlace {
  /** Counted from 1, the lowest. */
  readonly number: number;
  readonly of: number;
  /** `sha256:…` of the unpacked layer; empty when the image does not say. */
  readonly digest: string;
  /** What made it, as the image's history tells; empty when it does not. */
  readonly instruction: string;
}

/** In what the image says of itself. */
export interface ConfigPlace {
  readonly kind: 'configuration';
  /** `environment variable PAT`, `label x`, `history entry 3`. */
  readonly field: string;
  /** The instruction, for an entry of the history. */
  readonly instruction?: string;
}

/** Beside the image, in the engine. */
export interface EnginePlace {
  readonly kind: 'build-record' | 'build-cache';
  /** The engine's name of it. */
  readonly id: string;
}

/** Something that was not looked at to its end. */
export interface UnreadContent {
  readonly path: string;
  readonly inside: readonly string[];
  readonly why: string;
}
