import type { AppFault } from '../errors/app-findings.ts';
import { fillPlaceholders } from './placeholder.ts';

/**
 * What is wrong with a `branch` of apps.json: git's own rules for names of refs (`git check-ref-format`), what bench
 * would read as another word of its command line, and a commit, which `git clone --branch` refuses.
 * Placeholders count as an ordinary letter.
 */
export function judgeBranch(written: string): AppFault | undefined {
  const branch = fillPlaceholders(written, () => 'x');
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(branch)) return 'branch-commit';
  if (branch.startsWith('-')) return 'branch-option';
  if (/[\s'"`$;|&<>(){}]|\p{Cc}/u.test(branch)) return 'branch-shell-character';
  return isRefName(branch) ? undefined : 'branch-malformed';
}

function isRefName(branch: string): boolean {
  return (
    branch !== '@' &&
    !/[~^:?*[\\]|\.\.|@\{|\/\/|^\/|[/.]$/.test(branch) &&
    branch.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock'))
  );
}
