import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryFolderNotWritten } from '../errors/temporary-failures.ts';
import { type Environment, pickVariables } from '../process/environment.ts';
import type { NetworkSettings } from './network-settings.ts';
import type { Credential } from './remote.ts';
import { isLoopback } from './remote-url.ts';
import { sshEnvironment } from './ssh-command.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

/** A home folder for one request to one git host, with git's configuration and the credential. */
export interface GitHome {
  readonly folder: string;
  /** The whole environment of git; holds no secret. */
  readonly environment: Readonly<Record<string, string>>;
  /** git writes the headers of requests and answers there. */
  readonly traceFile: string;
}

export interface GitHomeOptions {
  readonly environment: Environment;
  readonly url: URL;
  readonly credential: Credential | undefined;
  readonly settings: NetworkSettings;
  readonly timeoutMs: number;
}

/** What changes how git and its HTTP library reach hosts and trust them. */
export const REACH_VARIABLES = [
  'http_proxy',
  'https_proxy',
  'HTTPS_PROXY',
  'all_proxy',
  'ALL_PROXY',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GIT_SSL_CAINFO',
  'GIT_SSL_CAPATH',
  'GIT_SSL_CERT',
  'GIT_SSL_KEY',
  'GIT_PROXY_SSL_CAINFO',
  'GIT_PROXY_SSL_CERT',
  'GIT_PROXY_SSL_KEY',
];
const NETWORK_VARIABLES = ['PATH', 'TMPDIR', 'no_proxy', 'NO_PROXY', ...REACH_VARIABLES];

/**
 * Creates the folder (0700), calls `use`, and removes the folder in every case (`withTemporaryFolder`).
 *
 * The token is in git's configuration file there (0600), as the authorization header for the URL's origin only: it is in no
 * argument and no environment, no helper has to run, and one request is enough. Because HOME is this folder, no `.netrc`,
 * credential helper or alias of the user applies.
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
  return {
    ...pickVariables(options.environment, NETWORK_VARIABLES),
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
    // de-build follows redirects itself, so that no version of git or curl sends a token to another origin.
    ['http.followRedirects', 'false'],
    // Ends git on a silent host even when de-build has been killed.
    ['http.lowSpeedLimit', '1'],
    ['http.lowSpeedTime', String(stalledSeconds)],
    ['protocol.version', '2'],
    ...(credential === undefined
      ? []
      : [[`http.${url.origin}/.extraHeader`, `Authorization: ${basicAuthorization(credential)}`] as const]),
  ] as const;
  return [...settings, ...ours].map(([key, value]) => renderSetting(key, value)).join('');
}

/** Basic authentication (RFC 7617), which git hosts accept for tokens. */
export function basicAuthorization({ username, password }: Credential): string {
  return `Basic ${Buffer.from(`${username}:${password.reveal()}`, 'utf8').toString('base64')}`;
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
