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

/** Docker omits the name of its registry; Podman writes it. */
function familiarRepository(repository: string): string {
  return repository.replace(/^docker\.io\/(library\/)?/, '');
}

/** Whether both name the same repository; Podman prefixes an image that was built locally with `localhost/`. */
export function isSameRepository(a: string, b: string): boolean {
  const [left, right] = [a, b].map((name) => familiarRepository(name).replace(/^localhost\//, ''));
  return left === right;
}
