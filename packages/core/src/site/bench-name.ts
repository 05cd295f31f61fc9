/**
 * The folder that bench clones a repository into, from a URL without credentials: the last part of the path up to its
 * first dot, so `my.app` becomes `my`. After installing, bench renames the folder to the name in the app's pyproject.toml,
 * setup.cfg or setup.py where that differs, which the URL does not show.
 */
export function benchName(url: string): string {
  const last = url.replace(/\/+$/, '').split('/').at(-1) ?? '';
  return last.split('.')[0] ?? last;
}
