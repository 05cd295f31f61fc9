import type { Finding } from '../errors/finding.ts';
import { type NotPinned, repositoryNotPinned } from '../errors/repository-findings.ts';
import type { Credential, GitRemote, RemoteRefs } from '../git/remote.ts';
import type { NeededRepository } from '../site/needed-repositories.ts';
import type { App, ResolvedApp } from './app.ts';
import {
  type ClonedRepositories,
  placeOf,
  type ResolvedRepository,
  repositoryKey,
  repositoryName,
  unpinnedOf,
} from './repository.ts';
import type { TokenHolder } from './repository-args.ts';
import { askRepositories, type ResolveOptions, resolveRef } from './resolve-apps.ts';

export interface RepositoriesQuestion {
  readonly found: readonly NeededRepository[];
  /** Their tokens are those of the hosts. */
  readonly holders: readonly TokenHolder[];
  /** A repository of an app has the app's commits. */
  readonly resolvedApps: readonly ResolvedApp[];
  /** Path of the Containerfile. */
  readonly file: string;
}

/**
 * Finds the commits of what the Containerfile clones. A repository is asked without a token first, and if it does not answer
 * with the token that an app or a build arg has for the same host. Which it can't read is not pinned: the build may have an access of its own.
 */
export async function resolveRepositories(
  question: RepositoriesQuestion,
  remote: GitRemote,
  options: ResolveOptions = {},
): Promise<ClonedRepositories & { readonly findings: readonly Finding[] }> {
  const { found, file } = question;
  const asked = new Map(found.filter(isAsked).map((each) => [each, appOf(each, file)]));
  const answers = await askHosts([...asked.values()], question, { remote, options });
  const findings: Finding[] = [];
  const pinned = new Map<NeededRepository, ResolvedRepository>();
  for (const each of found) {
    const app = asked.get(each);
    const { resolved, said } = resolveOne(each, { file, app, answer: app && answers.get(app) });
    findings.push(...said);
    if (resolved !== undefined) pinned.set(each, resolved);
  }
  const apart = withoutHalfPinned(found, pinned);
  return {
    pinned: atOneCommit(apart.pinned, question.resolvedApps),
    unpinned: apart.unpinned.map(unpinnedOf),
    findings: withoutRepeated(findings),
  };
}

/** A whole commit needs no answer. */
function isAsked({ ref, isPartial, history, ownGitConfig }: NeededRepository): boolean {
  return !ownGitConfig && !isPartial && history === undefined && ref !== 'unknown' && !isWholeCommit(ref);
}

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

function isWholeCommit(ref: NeededRepository['ref']): boolean {
  return typeof ref !== 'string' && COMMIT.test(ref.name);
}

function appOf(found: NeededRepository, file: string): App {
  return {
    name: repositoryName(found.url),
    url: found.url,
    ref: typeof found.ref === 'string' ? undefined : found.ref.name,
    credential: undefined,
    line: undefined,
    place: placeOf(file, found),
  };
}

interface Answer {
  readonly answer: RemoteRefs | Finding;
  readonly credential: Credential | undefined;
}

async function askHosts(
  asked: readonly App[],
  { holders }: RepositoriesQuestion,
  { remote, options }: { readonly remote: GitRemote; readonly options: ResolveOptions },
): Promise<ReadonlyMap<App, Answer>> {
  const open = await askRepositories(asked, remote, options);
  const withTokens = new Map(
    asked.flatMap((app) => {
      const answer = open.get(app)?.answer;
      const credential = credentialFor(app.url, holders);
      const isPrivate = answer !== undefined && 'id' in answer && MAY_BE_PRIVATE.has(answer.id);
      return isPrivate && credential !== undefined ? [[app, { ...app, credential }] as const] : [];
    }),
  );
  const closed = await askRepositories([...withTokens.values()], remote, options);
  return new Map(
    asked.map((app) => {
      const second = withTokens.get(app);
      const { answer } = (second && closed.get(second)) ?? open.get(app) ?? {};
      if (answer === undefined) throw new Error(`${app.url} was not asked`);
      return [app, { answer, credential: second?.credential }];
    }),
  );
}

/** Of a repository of the same host: first of the same one, then of the same organisation. */
export function credentialFor(url: string, holders: readonly TokenHolder[]): Credential | undefined {
  const organisationOf = (one: string) => repositoryKey(one).split('/').slice(0, -1).join('/');
  const withToken = holders.filter((one) => one.credential !== undefined && isSameOrigin(one.url, url));
  const same = withToken.find((one) => repositoryKey(one.url) === repositoryKey(url));
  const near = withToken.find((one) => organisationOf(one.url) === organisationOf(url));
  return (same ?? near ?? withToken[0])?.credential;
}

function isSameOrigin(one: string, other: string): boolean {
  const [a, b] = [new URL(one), new URL(other)];
  return a.protocol === b.protocol && a.host === b.host;
}

const MAY_BE_PRIVATE = new Set(['git-token-missing', 'git-repository-not-found', 'git-forbidden']);
/** The build may be able to read it all the same. */
const NOT_READABLE = new Set([
  ...MAY_BE_PRIVATE,
  'git-token-refused',
  'git-url-unsafe',
  'git-ssh-key-refused',
  'git-ssh-host-unknown',
  'git-ssh-missing',
]);

interface Asked {
  readonly file: string;
  readonly app: App | undefined;
  readonly answer: Answer | undefined;
}

function resolveOne(
  found: NeededRepository,
  { file, app, answer: heard }: Asked,
): { readonly resolved?: ResolvedRepository; readonly said: readonly Finding[] } {
  const { url, ref } = found;
  const named = { url, place: placeOf(file, found) };
  const notPinned = (reason: NotPinned) => repositoryNotPinned(named, reason);
  if (found.ownGitConfig) return { said: [notPinned({ kind: 'own-git-config' })] };
  if (found.isPartial) return { said: [notPinned({ kind: 'partial' })] };
  if (found.history !== undefined) return { said: [notPinned({ kind: 'history', command: found.history })] };
  if (ref === 'unknown') return { said: [notPinned({ kind: 'shell-decides' })] };
  if (ref !== 'default' && isWholeCommit(ref)) {
    const commit = { ref: ref.name, kind: 'commit', commit: ref.name } as const;
    return { resolved: { ...partOf(found), ...commit, isDefault: false, credential: undefined }, said: [] };
  }
  if (app === undefined || heard === undefined) throw new Error(`${url} was not asked`);
  const { answer, credential } = heard;
  if ('id' in answer)
    return {
      said: [NOT_READABLE.has(answer.id) ? notPinned({ kind: 'not-readable', failure: answer }) : answer],
    };
  const { resolved, findings } = resolveRef(app, answer);
  if (resolved === undefined) {
    const isCheckout = found.by === 'checkout' && ref !== 'default';
    return { said: isCheckout ? [notPinned({ kind: 'no-ref', text: ref.name })] : findings };
  }
  const { kind, commit, tagObject } = resolved;
  return {
    resolved: {
      ...partOf(found),
      ref: resolved.ref,
      kind,
      commit,
      ...(tagObject === undefined ? {} : { tagObject }),
      isDefault: ref === 'default',
      credential,
    },
    said: findings,
  };
}

export function partOf({
  url,
  spelling,
  by,
  line,
}: NeededRepository): Pick<ResolvedRepository, 'url' | 'spelling' | 'by' | 'line'> {
  return { url, spelling, by, line };
}

/** A step gets all that it clones of a repository from one place. */
export function withoutHalfPinned(
  found: readonly NeededRepository[],
  pinned: ReadonlyMap<NeededRepository, ResolvedRepository>,
): { readonly pinned: readonly ResolvedRepository[]; readonly unpinned: readonly NeededRepository[] } {
  const keyOf = ({ url, line }: NeededRepository) => `${line} ${repositoryKey(url)}`;
  const half = new Set(found.filter((each) => !pinned.has(each)).map(keyOf));
  return {
    pinned: found.flatMap((each) => (half.has(keyOf(each)) ? [] : (pinned.get(each) ?? []))),
    unpinned: found.filter((each) => half.has(keyOf(each))),
  };
}

/** Two requests may see a branch at two commits, and a name can have one only. */
function atOneCommit(
  pinned: readonly ResolvedRepository[],
  apps: readonly ResolvedApp[],
): readonly ResolvedRepository[] {
  type Pin = Pick<ResolvedRepository, 'url' | 'ref' | 'kind' | 'commit' | 'tagObject'>;
  const nameOf = ({ url, kind, ref }: Pin) => `${repositoryKey(url)} ${kind} ${ref}`;
  const first = new Map<string, Pin>();
  for (const pin of [...apps, ...pinned]) if (!first.has(nameOf(pin))) first.set(nameOf(pin), pin);
  return pinned.map(({ tagObject: own, ...pin }) => {
    const { commit, tagObject } = first.get(nameOf(pin)) ?? { ...pin, tagObject: own };
    return { ...pin, commit, ...(tagObject === undefined ? {} : { tagObject }) };
  });
}

function withoutRepeated(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Map(findings.map((one) => [`${one.id} ${one.line} ${one.what}`, one]));
  return [...seen.values()];
}
