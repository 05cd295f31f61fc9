import type { RemoteRefs, RemoteTag } from './remote.ts';

/** Parses the output of `git ls-remote --symref`. `undefined` when any line has another form. */
export function readRemoteRefs(output: string): RemoteRefs | undefined {
  const branches = new Map<string, string>();
  const tags = new Map<string, RemoteTag>();
  let defaultBranch: string | undefined;

  for (const line of output.split('\n')) {
    if (line === '') continue;
    const symref = /^ref: refs\/heads\/(.+)\tHEAD$/.exec(line)?.[1];
    if (symref !== undefined) {
      defaultBranch = symref;
      continue;
    }
    if (line.startsWith('ref: ')) continue;
    const [, id, ref] = /^([0-9a-f]{40}|[0-9a-f]{64})\t(.+)$/.exec(line) ?? [];
    if (id === undefined || ref === undefined) return undefined;
    if (ref.startsWith('refs/heads/')) branches.set(ref.slice('refs/heads/'.length), id);
    if (!ref.startsWith('refs/tags/')) continue;
    const tag = ref.slice('refs/tags/'.length);
    // `v1^{}` follows `v1` and has the commit that the tag object points to.
    if (tag.endsWith('^{}')) {
      const name = tag.slice(0, -3);
      const tagObject = tags.get(name)?.commit;
      tags.set(name, { commit: id, ...(tagObject === undefined ? {} : { tagObject }) });
    } else {
      tags.set(tag, { commit: id });
    }
  }
  return { branches, tags, ...(defaultBranch === undefined ? {} : { defaultBranch }) };
}
