/** A kind of token with a known prefix. */
export interface TokenKind {
  /** Who makes it. */
  readonly host: string;
  /** At least four characters. */
  readonly prefix: string;
  /** What follows the prefix, as a regular expression. */
  readonly rest: string;
  /** The characters of `rest`, as a class of regular expressions. */
  readonly characters: string;
}

/** 36 letters and digits, and what newer kinds add; or the later long form of apps, with dots, dashes and underscores. */
const CLASSIC = '[A-Za-z0-9]{36}[\\w.-]*';

/**
 * As the hosts document them, in November 2026:
 * - GitHub: https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/, and the later `ghs_` and `ghu_`
 * - GitLab: https://docs.gitlab.com/security/tokens/#token-prefixes, with the routable form of `glpat-`
 * - Atlassian (Bitbucket): https://support.atlassian.com/bitbucket-cloud/docs/using-api-tokens/ and app passwords
 * - npm: https://github.blog/2021-09-23-announcing-npms-new-access-token-format/
 * - Docker Hub: https://docs.docker.com/security/access-tokens/
 * - PyPI: https://pypi.org/help/#apitoken
 * - Slack: https://api.slack.com/concepts/token-types
 * - AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html (the id of a key)
 */
export const TOKEN_KINDS: readonly TokenKind[] = [
  ...['ghp_', 'gho_', 'ghr_'].map((prefix) => kind('GitHub', prefix, CLASSIC, '[\\w.-]')),
  ...['ghs_', 'ghu_'].map((prefix) =>
    kind(
      'GitHub',
      prefix,
      `(?:${CLASSIC}|\\d+_[\\w.-]{40,}|(?=(?:[^\\d\\s]*\\d){5})[\\w.-]{60,})`,
      '[\\w.-]',
    ),
  ),
  kind('GitHub', 'github_pat_', '\\w{22,}', '\\w'),
  ...['glpat-', 'gloas-', 'gldt-', 'glrt-', 'glrtr-', 'glcbt-', 'glptt-', 'glft-', 'glffct-'].map(gitLab),
  ...['glimt-', 'glagent-', 'glwt-', 'glsoat-'].map(gitLab),
  kind('Bitbucket', 'ATBB', '(?=[A-Za-z]*\\d)[A-Za-z0-9]{28,32}(?![A-Za-z0-9])', '[A-Za-z0-9]'),
  ...['ATATT3', 'ATCTT3'].map((prefix) => kind('Atlassian', prefix, '[\\w-]{40,}={0,2}\\w*', '[\\w=-]')),
  kind('npm', 'npm_', '[A-Za-z0-9]{36}', '[A-Za-z0-9]'),
  ...['dckr_pat_', 'dckr_oat_'].map((prefix) => kind('Docker Hub', prefix, '[\\w-]{24,}', '[\\w-]')),
  kind('PyPI', 'pypi-', 'AgE[\\w-]{50,}', '[\\w-]'),
  ...['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxe-', 'xapp-'].map((prefix) =>
    kind('Slack', prefix, '[\\w.-]{24,}', '[\\w.-]'),
  ),
  ...['AKIA', 'ASIA'].map((prefix) => kind('AWS', prefix, '[A-Z2-7]{16}(?![A-Za-z0-9])', '[A-Z2-7]')),
];

function gitLab(prefix: string): TokenKind {
  return kind('GitLab', prefix, '[\\w-]{20,}(?:\\.[0-9a-z]{2,}){0,2}', '[\\w.-]');
}

function kind(host: string, prefix: string, rest: string, characters: string): TokenKind {
  return { host, prefix, rest, characters };
}

/** Source of a regular expression for a token of any kind. */
export const TOKEN = `(?:${TOKEN_KINDS.map(({ prefix, rest }) => prefix + rest).join('|')})`;

const TOKENS = new RegExp(TOKEN, 'g');
/** A token of Azure DevOps has its mark near its end. */
const AZURE_DEVOPS = /(?<![A-Za-z0-9])[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}(?![A-Za-z0-9])/;

/** Whether a text holds something that can only be a token. */
export function holdsToken(text: string): boolean {
  return AZURE_DEVOPS.test(text) || [...text.matchAll(TOKENS)].some(([token]) => !isPlaceholder(token));
}

/** `ghp_xxxxxxxx`, `glpat-your-token-goes-here`: what documents write in the place of a token. */
export function isPlaceholder(token: string): boolean {
  const rest = token.replace(/^(?:github_pat_|dckr_[po]at_|[A-Za-z]{3,5}[_-]|AT[A-Z]{2,3}3?|A[KS]IA)/, '');
  return /^(.)\1*$|x{6}|\*{4}|example|placeholder|secret|(?:^|[-_.])(?:your|my|the|token)(?:[-_.]|$)/i.test(
    rest,
  );
}
