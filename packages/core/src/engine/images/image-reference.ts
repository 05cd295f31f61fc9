import { familiarImageName, splitImageName } from '../../site/image-name.ts';

/** The parts of an image's name. */
export interface ImageReference {
  /** As Docker shows it: without `docker.io/` and `docker.io/library/`. */
  readonly repository: string;
  readonly tag: string;
}

/** Splits `registry:5000/group/name:tag`; the tag is `latest` when there is none. */
export function parseReference(reference: string): ImageReference {
  const colon = reference.lastIndexOf(':');
  const hasTag = colon > reference.lastIndexOf('/');
  return {
    repository: familiarImageName(hasTag ? reference.slice(0, colon) : reference),
    tag: hasTag ? reference.slice(colon + 1) : 'latest',
  };
}

/** Whether both name the same repository. */
export function isSameRepository(a: string, b: string): boolean {
  return familiarImageName(a) === familiarImageName(b);
}

/** The name in full, as BuildKit has it: `python` → `docker.io/library/python:latest`. */
export function fullReference(reference: string): string {
  const [name = '', ...digest] = reference.split('@');
  const hasTag = name.lastIndexOf(':') > name.lastIndexOf('/');
  const tagged = hasTag || digest.length > 0 ? reference : `${name}:latest`;
  const { host, path } = splitImageName(tagged);
  return `${host}/${path}`;
}
