/**
 * The exit codes of the CLI, and of every expected failure. They are stable: a script may rely on them.
 * `docs/exit-codes.md` documents them for people.
 */
export const EXIT = {
  ok: 0,
  /** A bug in de-build: an unexpected error. */
  bug: 1,
  /** The command line is wrong: unknown option, bad value, unknown command. */
  usage: 2,
  /** The site does not pass its checks: `.env`, apps.json, Containerfile, de-build.json, version, repository. */
  checks: 3,
  /** A git host refuses, lacks or cannot be reached for a repository. */
  git: 4,
  /** The Docker Engine cannot be reached, refuses us, or closes the connection. */
  engine: 5,
  /** A step of the build failed. */
  build: 6,
  /** The image was built but is not what was planned. */
  verify: 7,
  /** A tag, a version or a record already exists. */
  conflict: 8,
  /** A record or another file of de-build cannot be read or written. */
  record: 9,
  /** `apps --outdated` lists something; nothing failed. */
  outdated: 10,
  /** Another run holds the site's lock. */
  locked: 11,
  /** A rebuilt image differs from the recorded one, or cannot be proven equal. */
  different: 12,
  /** The audit found a secret in an image. */
  leak: 13,
  /** `doctor` found leftovers of runs that died. */
  leftovers: 14,
  /** A deployment, a rollback or a backup failed; the message says what serves now. */
  deployment: 15,
  /** Stopped by Ctrl-C (SIGINT). */
  interrupted: 130,
  /** Stopped by SIGTERM. */
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
