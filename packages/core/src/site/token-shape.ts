/**
 * What tokens of GitHub and GitLab look like: classic and fine-grained personal tokens, OAuth, user, server and
 * refresh tokens of apps (the newer server tokens are long and hold dots), and GitLab's `glpat-`.
 */
const SHAPES =
  /gh[opru]_[A-Za-z0-9]{36}|ghs_[A-Za-z0-9._-]{36}|github_pat_[A-Za-z0-9_]{22}|gl(?:pat|dt|ptt)-[\w-]{20}/;

/** Whether a text holds something that can only be a token. */
export function holdsTokenShape(text: string): boolean {
  return SHAPES.test(text);
}
