const USER = '[A-Za-z0-9_][\\w.-]*';
const HOST = '[A-Za-z0-9][A-Za-z0-9.-]*';
const PART = '[\\w~.+][\\w~.+-]*';

/** No part begins like an option, or holds what a shell, ssh or git would interpret. */
const SAFE = new RegExp(
  `^ssh://(?:${USER}@)?(?:${HOST}|\\[[0-9a-f:]+\\])(?::[0-9]{1,5})?(?:/${PART})+/?$`,
  'i',
);
/** The form of git hosts: `git@host:organisation/repository.git` */
const SHORT = new RegExp(`^(${USER})@(${HOST}):/?([^:]+)$`);

/** `git@host:a/b` as `ssh://git@host/a/b`, which git hosts treat alike; `undefined` for any other form. */
export function fromShortSsh(text: string): string | undefined {
  const [, user, host, path] = SHORT.exec(text) ?? [];
  return path === undefined ? undefined : `ssh://${user}@${host}/${path}`;
}

export function isSshUrl(url: string): boolean {
  return /^ssh:/i.test(url);
}

/** Whether it is safe to pass to git and ssh: a host and a path, without a password. */
export function isSafeSshUrl(url: string): boolean {
  return SAFE.test(url) && !/\/\.\.?(?:\/|$)/.test(url);
}
