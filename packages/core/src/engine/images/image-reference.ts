/** An image's name, taken apart. */
export interface ImageReference {
  /** As Docker shows it: without `docker.io/` and `docker.io/library/`. */
  readonly repository: string;
  readonly tag: string;
}

/** Takes `registry:5000/group/name:tag` apart; the tag is `latest` when there is none. */
export function parseReference(reference: string): ImageReference {
  const colon = reference.lastIndexOf(':');
  const hasTag = colon > reference.lastIndexOf('/');
  return {
    repository: familiarRepository(hasTag ? reference.slice(0, colon) : reference),
    tag: hasTag ? reference.slice(colon + 1) : 'latest',
  };
}

/** Docker leaves the name of its own registry out; Podman writes it. */
export function familiarRepository(repository: string): string {
  return repository.replace(/^docker\.io\/(library\/)?/, '');
}

/** Whether both name the same repository; Podman puts `localhost/` before what was only built, never pulled. */
export function isSameRepository(a: string, b: string): boolean {
  const [left, right] = [a, b].map((name) => familiarRepository(name).replace(/^localhost\//, ''));
  return left === right;
}
