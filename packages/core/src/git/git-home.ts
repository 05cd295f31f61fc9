import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryFolderNotWritten } from '../errors/temporary-failures.ts';
import type { NetworkSettings } from './network-settings.ts';
import type { Credential } from './remote.ts';
import { isLoopback } from './remote-url.ts';
import { sshEnvironment } from './ssh-command.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

/** A home folder for one question to one git host: git finds its configuration and the credential there. */
export interface GitHome {
  readonly folder: string;
  /** The whole environment for git; holds no secret. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where git writes what went over the wire, headers only. */
  readonly traceFile: string;
}

export interface GitHomeOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly url: URL;
  readonly credential: Credential | undefined;
  readonly settings: NetworkSettings;
  readonly timeoutMs: number;
}

/** What git and its HTTP library take from the environment: how hosts are reached and trusted. */
const PASSED_ON = [
  'PATH',
  'http_proxy',
  'https_proxy',
  'HTTPS_PROXY',
  'all_proxy',
  'ALL_PROXY',
  'no_proxy',
  'NO_PROXY',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GIT_SSL_CAINFO',
  'GIT_SSL_CAPATH',
  'GIT_SSL_CERT',
  'GIT_SSL_KEY',
  'GIT_PROXY_SSL_CAINFO',
  'GIT_PROXY_SSL_CERT',
  'GIT_PROXY_SSL_KEY',
  'TMPDIR',
  'SystemRoot',
];

/**
 * Makes the folder (0700), calls `use`, and removes the folder, whatever happens (`withTemporaryFolder`).
 *
 * The token lies in git's configuration file there (0600), as the authorization header for the URL's origin and no other:
 * it is in no argument and no environment, no helper has to be started, and the host is not asked twice. Because HOME is
 * this folder, no `.netrc`, credential helper or alias of the person has a say.
 */
export async function withGitHome<T>(
  options: GitHomeOptions,
  use: (home: GitHome) => Promise<T>,
): Promise<T> {
  return withTemporaryFolder(options.environment, async (folder) => {
    await writeFile(join(folder, '.gitconfig'), renderConfig(options), { mode: 0o600 }).catch(
      (error: unknown) => {
        throw temporaryFolderNotWritten(dirname(folder), error);
      },
    );
    const traceFile = join(folder, 'trace');
    return use({ folder, traceFile, environment: gitEnvironment(options, { folder, traceFile }) });
  });
}

function gitEnvironment(
  options: GitHomeOptions,
  { folder, traceFile }: { readonly folder: string; readonly traceFile: string },
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of PASSED_ON) {
    const value = options.environment[name];
    if (value !== undefined) environment[name] = value;
  }
  return {
    ...environment,
    ...(options.url.protocol === 'ssh:' ? sshEnvironment(options.environment, options.timeoutMs) : {}),
    HOME: folder,
    LC_ALL: 'C',
    GIT_ALLOW_PROTOCOL: protocolOf(options.url),
    GIT_CEILING_DIRECTORIES: dirname(folder),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_TRACE_CURL: traceFile,
    GIT_TRACE_CURL_NO_DATA: '1',
  };
}

function protocolOf({ protocol, hostname }: URL): string {
  if (protocol === 'ssh:') return 'ssh';
  return protocol === 'http:' && isLoopback(hostname) ? 'http' : 'https';
}

function renderConfig({ url, credential, settings, timeoutMs }: GitHomeOptions): string {
  const stalledSeconds = Math.ceil(timeoutMs / 1000) + 5;
  const ours = [
    ['credential.helper', ''],
    // Redirects are followed by us, so that no version of git or curl carries a token to another origin.
    ['http.followRedirects', 'false'],
    // Ends git on a silent host even when we are no longer there to do it.
    ['http.lowSpeedLimit', '1'],
    ['http.lowSpeedTime', String(stalledSeconds)],
    ['protocol.version', '2'],
    ...(credential === undefined
      ? []
      : [[`http.${url.origin}/.extraHeader`, authorizationHeader(credential)] as const]),
  ] as const;
  return [...settings, ...ours].map(([key, value]) => renderSetting(key, value)).join('');
}

/** Basic authentication (RFC 7617), which git hosts take for tokens. */
function authorizationHeader({ username, password }: Credential): string {
  return `Authorization: Basic ${Buffer.from(`${username}:${password.reveal()}`, 'utf8').toString('base64')}`;
}

/** One setting in git's config syntax; a key is `section.name` or `section.any thing.name`. */
function renderSetting(key: string, value: string): string {
  const first = key.indexOf('.');
  const last = key.lastIndexOf('.');
  const section = key.slice(0, first);
  const subsection = first === last ? '' : ` "${quoted(key.slice(first + 1, last))}"`;
  return `[${section}${subsection}]\n\t${key.slice(last + 1)} = "${quoted(value).replaceAll('\n', '\\n')}"\n`;
}

function quoted(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}
