/** An entry of apps.json, or FRAPPE_PATH and FRAPPE_BRANCH, that git, ssh or a shell would act on. */
export interface HostileApp {
  readonly name: string;
  readonly url?: string;
  readonly branch?: string;
}

/**
 * Ways in which an address or a ref becomes a command, or leads a credential elsewhere, as git, ssh and libraries for
 * git were attacked: CVE-2017-1000117, CVE-2018-17456, CVE-2020-5260, CVE-2022-24066, CVE-2022-25912, CVE-2024-52006.
 * @param canary a file that any of them would make
 * @param folder holds no repository
 */
export function hostileApps(canary: string, folder: string): readonly HostileApp[] {
  const touch = `touch ${canary}`;
  const encoded = touch.replaceAll(' ', '% ');
  return [
    { name: 'a branch that is an option', branch: `--upload-pack=${touch}` },
    { name: 'a branch that is a short option', branch: `-u${touch}` },
    { name: 'a branch that is a setting', branch: `-cprotocol.ext.allow=always` },
    { name: 'a branch that names a file to write', branch: `--output=${canary}` },
    { name: 'a branch with a command', branch: `main; ${touch}` },
    { name: 'a branch with a command substitution', branch: `$(${touch})` },
    { name: 'a branch with backticks', branch: `\`${touch}\`` },
    { name: 'a branch with a line break', branch: `main\n${touch}` },
    { name: 'a branch with NUL', branch: `main\0--upload-pack=${touch}` },
    { name: 'a branch that is a refspec', branch: 'main:refs/heads/other' },
    { name: 'a branch out of its place', branch: '../../../config' },
    { name: 'ext::', url: `ext::sh -c ${encoded}% %S% /a/b` },
    { name: 'ext:: in capitals', url: `EXT::sh -c ${encoded}% %S% /a/b` },
    { name: 'ext:: behind a blank', url: ` ext::sh -c ${encoded}% %S% /a/b` },
    { name: 'fd::', url: 'fd::17/a/b' },
    { name: 'a remote helper', url: 'testgit::https://github.com/a/b' },
    { name: 'file://', url: `file://${folder}/a/b` },
    { name: 'a path', url: `${folder}/a/b` },
    { name: 'a relative path', url: '../a/b' },
    { name: 'git://', url: 'git://127.0.0.1/a/b' },
    { name: 'ftp://', url: 'ftp://127.0.0.1/a/b' },
    { name: 'ssh with a proxy command', url: `ssh://-oProxyCommand=${touch}/a/b` },
    { name: 'ssh with a proxy command as the user', url: `ssh://-oProxyCommand=${touch}@github.com/a/b` },
    {
      name: 'ssh with an encoded proxy command',
      url: `ssh://%2DoProxyCommand=${encodeURIComponent(touch)}/a/b`,
    },
    { name: 'ssh with an option as the path', url: `ssh://git@127.0.0.1/-oProxyCommand=${touch}` },
    { name: 'ssh with a command as the host', url: `ssh://git@$(${touch})/a/b` },
    { name: 'ssh with a line break', url: `ssh://git@127.0.0.1/a/b\nProxyCommand ${touch}` },
    { name: 'scp-like with a proxy command', url: `-oProxyCommand=${touch}:a/b` },
    { name: 'scp-like with a proxy command as the host', url: `git@-oProxyCommand=${touch}:a/b` },
    { name: 'scp-like with a command as the user', url: `$(${touch})@github.com:a/b` },
    { name: 'a URL that is an option', url: `--upload-pack=${touch}` },
    { name: 'a URL that is a setting', url: `-ccore.sshCommand=${touch}` },
    { name: 'CR in a URL', url: 'https://github.com/a/b\rhost=evil.example' },
    { name: 'LF in a URL', url: 'https://github.com/a/b\nhost=evil.example' },
    { name: 'an encoded LF in a URL', url: 'https://github.com%0ahost=evil.example/a/b' },
    { name: 'an encoded CR in a URL', url: 'https://github.com%0dhost=evil.example/a/b' },
    { name: 'NUL in a URL', url: 'https://github.com/a/b\0c' },
    { name: 'a command in a URL', url: `https://github.com/a/b;${touch}` },
    { name: 'a command in the user part', url: `https://$(${touch})@github.com/a/b` },
    { name: 'http to another machine', url: 'http://git.example.com/a/b' },
  ];
}
