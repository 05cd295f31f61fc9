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
    repository: familiarRepository(hasTag ? reference.slice(0, colon) : reference),
    tag: hasTag ? reference.slice(colon + 1) : 'latest',
  };
}

/** Docker omits the name of its own registry. */
function familiarRepository(repository: string): string {
  return repository.replace(/^docker\.io\/(library\/)?/, '');
}

/** Whether both name the same repository. */
export function isSameRepository(a: string, b: string): boolean {
  return familiarRepository(a) === familiarRepository(b);
}

/** The name in full, as BuildKit has it: `python` → `docker.io/library/python:latest`. */
export function fullReference(reference: string): string {
  const [name = '', ...digest] = reference.split('@');
  const hasTag = name.lastIndexOf(':') > name.lastIndexOf('/');
  const tagged = hasTag || digest.length > 0 ? reference : `${name}:latest`;
  const [first = '', ...rest] = tagged.split('/');
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  if (isHost) return tagged.replace(/^(?:index\.)?docker\.io\/(?=[^/]+$)/, 'docker.io/library/');
  return `docker.io/${rest.length === 0 ? 'library/' : ''}${tagged}`;
}
