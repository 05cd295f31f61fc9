import type { Complaint } from './app-url.ts';
import { fillPlaceholders } from './placeholder.ts';

/**
 * What stands against a `branch` of apps.json: git's own rules for names of refs (`git check-ref-format`), what bench
 * would take for another word of its command line, and a commit, which `git clone --branch` refuses.
 * Placeholders count as an ordinary letter. At most one complaint, the gravest.
 */
export function judgeBranch(written: string): Complaint | undefined {
  const branch = fillPlaceholders(written, () => 'x');
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(branch)) return COMMIT;
  if (branch.startsWith('-')) return OPTION;
  if (/[\s'"`$;|&<>(){}]|\p{Cc}/u.test(branch)) return UNSAFE;
  return isRefName(branch) ? undefined : MALFORMED;
}

function isRefName(branch: string): boolean {
  return (
    branch !== '@' &&
    !/[~^:?*[\\]|\.\.|@\{|\/\/|^\/|[/.]$/.test(branch) &&
    branch.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock'))
  );
}

const COMMIT: Complaint = {
  id: 'app-branch-is-commit',
  what: 'names a commit as its branch',
  why: 'bench clones with `git clone --branch`, which takes a branch or a tag and refuses a commit.',
  fix: 'Name a tag or a branch; the manifest records the commit of every release.',
};
const OPTION: Complaint = {
  id: 'app-branch-unsafe',
  what: 'has a branch that begins with `-`',
  why: 'git would take it for an option, and options of git can run programs.',
  fix: 'Name a branch or a tag.',
};
const UNSAFE: Complaint = {
  id: 'app-branch-unsafe',
  what: 'has a branch with a space, a quote or a character that a shell would act on',
  why: 'bench splits the command that it clones with like a shell, so the rest would become words of their own.',
  fix: 'Name a branch or a tag of letters, digits, `-`, `_`, `.` and `/`.',
};
const MALFORMED: Complaint = {
  id: 'app-branch-malformed',
  what: 'has a branch that git does not allow as a name',
  why: 'It breaks a rule of `git check-ref-format`, so there can be no such branch and no such tag.',
  fix: 'Name a branch or a tag that exists.',
};
