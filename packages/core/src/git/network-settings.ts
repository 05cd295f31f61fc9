import { runGit } from './run-git.ts';

/** `http.proxy` → value, `http.https://host/.sslcainfo` → value: what a person's git config says about the network. */
export type NetworkSettings = readonly (readonly [key: string, value: string])[];

/**
 * Settings that decide how a host is reached and trusted. Everything else of a person's git config is left out:
 * credential helpers and `extraHeader` would answer in place of the token under test, `url.*.insteadOf` would ask
 * another host than the build does, and `sslVerify = false` would hand the token to whoever answers.
 */
const CARRIED = new Set([
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
  'schannelcheckrevoke',
  'schannelusesslcainfo',
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

/**
 * Reads proxy and certificate settings from the person's and the system's git config. A config that is missing or
 * broken counts as empty: git itself will say so where it matters.
 * @param folder one that is in no repository
 */
export async function readNetworkSettings(
  environment: Readonly<Record<string, string | undefined>>,
  folder: string,
  signal?: AbortSignal,
): Promise<NetworkSettings> {
  const own: Record<string, string> = { LC_ALL: 'C', GIT_CEILING_DIRECTORIES: folder };
  for (const name of [
    'PATH',
    'HOME',
    'XDG_CONFIG_HOME',
    'GIT_CONFIG_GLOBAL',
    'GIT_CONFIG_SYSTEM',
    'GIT_CONFIG_NOSYSTEM',
  ]) {
    const value = environment[name];
    if (value !== undefined) own[name] = value;
  }
  const result = await runGit(['config', '--null', '--get-regexp', '^http\\.'], {
    environment: own,
    folder,
    timeoutMs: 5000,
    maxOutputBytes: 1024 * 1024,
    signal,
  });
  if (result.exitCode !== 0) return [];
  return result.stdout.split('\0').flatMap((record) => {
    const end = record.indexOf('\n');
    const key = end === -1 ? record : record.slice(0, end);
    const name = key.slice(key.lastIndexOf('.') + 1).toLowerCase();
    if (end === -1 || !CARRIED.has(name)) return [];
    return [[key, expandHome(name, record.slice(end + 1), environment.HOME)] as const];
  });
}

function expandHome(name: string, value: string, home: string | undefined): string {
  return PATHS.has(name) && home !== undefined && value.startsWith('~/') ? home + value.slice(1) : value;
}
