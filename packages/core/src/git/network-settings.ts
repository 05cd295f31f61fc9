import { type Environment, pickVariables } from '../process/environment.ts';
import { runGit } from './run-git.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

/** Network settings of the user's git config: `http.proxy` → value, `http.https://host/.sslcainfo` → value. */
export type NetworkSettings = readonly (readonly [key: string, value: string])[];

/**
 * How a host is reached and trusted. Nothing else of the user's git config is used: credential helpers and `extraHeader`
 * would replace the token that is checked, `url.*.insteadOf` would change the host, and `sslVerify = false` would send the
 * token to anyone who answers.
 */
const USED = new Set([
  'proxy',
  'proxyauthmethod',
  'proxysslcainfo',
  'proxysslcert',
  'proxysslkey',
  'sslbackend',
  'sslcainfo',
  'sslcapath',
  'sslcert',
  'sslkey',
  'version',
]);
const PATHS = new Set([
  'proxysslcainfo',
  'proxysslcert',
  'proxysslkey',
  'sslcainfo',
  'sslcapath',
  'sslcert',
  'sslkey',
]);

const CONFIG_VARIABLES = [
  'PATH',
  'HOME',
  'XDG_CONFIG_HOME',
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_SYSTEM',
  'GIT_CONFIG_NOSYSTEM',
];

/**
 * Reads proxy and certificate settings from the git config of the user and the system. A missing or malformed config counts
 * as empty.
 */
export async function readNetworkSettings(environment: Environment): Promise<NetworkSettings> {
  // In a folder that is in no repository.
  const result = await withTemporaryFolder(environment, (folder) =>
    runGit(['config', '--null', '--get-regexp', '^http\\.'], {
      environment: {
        ...pickVariables(environment, CONFIG_VARIABLES),
        LC_ALL: 'C',
        GIT_CEILING_DIRECTORIES: folder,
      },
      folder,
      timeoutMs: 5000,
      maxOutputBytes: 1024 * 1024,
    }),
  );
  if (result.exitCode !== 0) return [];
  return result.stdout.split('\0').flatMap((record) => {
    const end = record.indexOf('\n');
    const key = end === -1 ? record : record.slice(0, end);
    const name = key.slice(key.lastIndexOf('.') + 1).toLowerCase();
    if (end === -1 || !USED.has(name)) return [];
    return [[key, expandHome(name, record.slice(end + 1), environment.HOME)] as const];
  });
}

function expandHome(name: string, value: string, home: string | undefined): string {
  return PATHS.has(name) && home !== undefined && value.startsWith('~/') ? home + value.slice(1) : value;
}
