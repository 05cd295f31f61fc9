export interface Redirection {
  /** The URL as git is given it. */
  readonly spelling: string;
  readonly to: string;
}

/**
 * Lines of git-config(1) by which exactly these repositories come from elsewhere, with and without `.git` and a slash at the
 * end. git replaces the beginning of a URL, and of several the longest: so each character that may follow a URL gets an entry
 * that leaves the URL as it is.
 */
export function redirectUrls(redirections: readonly Redirection[]): readonly string[] {
  const targets = new Map<string, string>();
  const prefixes = new Set<string>();
  for (const { spelling, to } of redirections) {
    const bare = spelling.replace(/\/+$/, '').replace(/\.git$/, '');
    for (const url of ['', '/', '.git', '.git/'].map((end) => `${bare}${end}`)) {
      targets.set(url, to);
      for (const next of FOLLOWING) prefixes.add(`${url}${next}`);
    }
  }
  const neighbours = [...prefixes].filter((prefix) => !targets.has(prefix)).sort();
  return [
    ...[...targets].map(([url, to]) => entry(to, url)),
    ...neighbours.map((prefix) => entry(prefix, prefix)),
  ];
}

/** Every character of ASCII that can be seen. */
const FOLLOWING = Array.from({ length: 0x7e - 0x20 }, (_, index) => String.fromCharCode(0x21 + index));

/** On one line, as there are hundreds. */
function entry(base: string, insteadOf: string): string {
  return `[url ${quote(base)}] insteadOf = ${quote(insteadOf)}`;
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
