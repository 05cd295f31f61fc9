import type { Finding } from '../../errors/finding.ts';
import { mirrorLfsPointers, mirrorSubmodules } from '../../errors/mirror-failures.ts';
import { pinName } from './download-pin.ts';
import type { LocalGit } from './local-git.ts';
import type { MirrorApp } from './mirror.ts';

/** What of a commit a clone does not bring: submodules, and files that Git LFS keeps elsewhere. */
export async function findNotices(
  git: LocalGit,
  repository: string,
  { app, signal }: { readonly app: MirrorApp; readonly signal: AbortSignal | undefined },
): Promise<Finding[]> {
  const tree = await git.run(repository, ['ls-tree', '-r', '-z', '--full-tree', app.commit], signal);
  const entries = tree.split('\0').flatMap((entry) => {
    const [, mode, path] = /^(\d+) \w+ [0-9a-f]+\t(.+)$/s.exec(entry) ?? [];
    return mode === undefined || path === undefined ? [] : [{ mode, path }];
  });
  const submodules = entries.filter(({ mode }) => mode === '160000').map(({ path }) => path);
  const findings: Finding[] = [];
  if (submodules.length > 0) findings.push(mirrorSubmodules(pinName(app), submodules));
  const attributes = entries.filter(({ path }) => /(?:^|\/)\.gitattributes$/.test(path));
  if (attributes.length > 0) {
    const pointers = await findLfsPointers(git, repository, { app, signal });
    if (pointers.length > 0) findings.push(mirrorLfsPointers(pinName(app), pointers));
  }
  return findings;
}

/** The first line of every pointer, by the specification of Git LFS. */
const POINTER = 'version https://git-lfs.github.com/spec/v1';

/** Looked for only where `.gitattributes` names the filter: text that merely quotes a pointer is none. */
async function findLfsPointers(
  git: LocalGit,
  repository: string,
  { app, signal }: { readonly app: MirrorApp; readonly signal: AbortSignal | undefined },
): Promise<string[]> {
  const search = async (pattern: string, paths: readonly string[]): Promise<string[]> => {
    const args = ['grep', '-l', '-z', '--full-name', '-e', pattern, app.commit, '--', ...paths];
    const found = (await git.ask(repository, args, signal)) ?? '';
    return found.split('\0').flatMap((name) => (name === '' ? [] : [name.slice(app.commit.length + 1)]));
  };
  const named = await search('filter=lfs', [':(glob)**/.gitattributes']);
  return named.length === 0 ? [] : search(`^${POINTER.replaceAll('.', '\\.')}$`, []);
}
