import { stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { badArchiveDestination } from '../errors/archive-failures.ts';
import { judgeImageName } from '../site/image-name.ts';

/** The destination of an archive. */
export type ArchiveDestination =
  | { readonly kind: 'folder'; readonly folder: string }
  /** `registry.example.com/acme/erp`: a repository, without a tag. */
  | { readonly kind: 'registry'; readonly repository: string };

const NAMES_A_HOST = /^(?:localhost|[^/]*[.:][^/]*)\//;
const SCHEME = 'docker://';

/**
 * Parses what a person writes: a path, or `HOST/NAME` where HOST looks like one, as in docker (`registry:5000`,
 * `localhost`, `registry.example.com`). A folder that exists is a folder; `docker://` before it always means a registry.
 * @param base what a relative path is relative to
 * @throws DeBuildError `archive-destination-malformed`
 */
export async function parseArchiveDestination(text: string, base: string): Promise<ArchiveDestination> {
  if (text.trim() === '') throw badArchiveDestination(text, 'It is empty.');
  const isNamed = text.startsWith(SCHEME);
  const repository = isNamed ? text.slice(SCHEME.length) : text;
  if (!isNamed && (await isFolder(text, base))) return { kind: 'folder', folder: resolve(base, text) };
  if (!NAMES_A_HOST.test(repository)) {
    if (isNamed) throw badArchiveDestination(text, 'It names no host; Docker Hub is written `docker.io`.');
    return { kind: 'folder', folder: resolve(base, text) };
  }
  const fault = judgeImageName(repository);
  if (fault !== undefined) throw badArchiveDestination(text, `It ${fault}.`);
  return { kind: 'registry', repository };
}

async function isFolder(text: string, base: string): Promise<boolean> {
  if (isAbsolute(text) || /^\.{0,2}(?:$|[/\\])/.test(text)) return true;
  return stat(resolve(base, text)).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
