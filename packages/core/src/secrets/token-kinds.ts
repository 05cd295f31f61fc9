/** A kind of token with a known prefix. */
export interface TokenKind {
  readonly host: 'GitHub' | 'GitLab';
  readonly prefix: string;
  /** What follows the prefix, as a regular expression. */
  readonly rest: string;
  /** The characters of `rest`, as a class of regular expressions. */
  readonly characters: string;
}

const CLASSIC = '[A-Za-z0-9]{36}[\\w.-]*';

/**
 * Personal tokens, OAuth's and those of apps (https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/),
 * the later long `ghs_<app>_<jwt>` and fine-grained `github_pat_`; personal, deploy and trigger tokens of GitLab
 * (https://docs.gitlab.com/security/tokens/#token-prefixes).
 */
export const TOKEN_KINDS: readonly TokenKind[] = [
  ...['ghp_', 'gho_', 'ghu_', 'ghr_'].map((prefix) => gitHub(prefix, CLASSIC, '[\\w.-]')),
  gitHub('ghs_', `(?:${CLASSIC}|\\d+_[\\w.-]{40,})`, '[\\w.-]'),
  gitHub('github_pat_', '\\w{22,}', '\\w'),
  ...['glpat-', 'gldt-', 'glptt-'].map((prefix): TokenKind => {
    return { host: 'GitLab', prefix, rest: '[\\w-]{20,}', characters: '[\\w-]' };
  }),
];

function gitHub(prefix: string, rest: string, characters: string): TokenKind {
  return { host: 'GitHub', prefix, rest, characters };
}

/** Source of a regular expression for a token of any kind. */
export const TOKEN = `(?:${TOKEN_KINDS.map(({ prefix, rest }) => prefix + rest).join('|')})`;

const ANY_TOKEN = new RegExp(TOKEN);

/** Whether a text holds something that can only be a token. */
export function holdsToken(text: string): boolean {
  return ANY_TOKEN.test(text);
}
