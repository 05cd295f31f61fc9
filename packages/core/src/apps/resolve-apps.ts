import { isDeBuildError } from '../errors/de-build-error.ts';
import type { Finding } from '../errors/finding.ts';
import { branchMoves, defaultBranchMissing, refAmbiguous, refNotFound } from '../errors/ref-findings.ts';
import type { GitRemote, RemoteRefs } from '../git/remote.ts';
import { omitUndefined } from '../omit-undefined.ts';
import type { SchemeName } from '../version/schemes.ts';
import type { App, ResolvedApp } from './app.ts';
import { nearestNames } from './nearest-names.ts';
import { newestReleaseTag } from './release-tag.ts';

export interface ResolveOptions {
  readonly signal?: AbortSignal;
  /** How many repositories are queried at a time; 16 unless given. */
  readonly concurrency?: number;
  /** How release tags are numbered, beside semantic versions. */
  readonly scheme?: SchemeName;
}

export interface ResolvedApps {
  /** In the order given; apps with a finding of severity `error` are missing. */
  readonly resolved: readonly ResolvedApp[];
  /** For a repository that could not be queried: the failure's code as id, once for each repository. */
  readonly findings: readonly Finding[];
}

/** Finds the commit that each app's ref points at now. Every repository is queried once, several in parallel. */
export async function resolveApps(
  apps: readonly App[],
  remote: GitRemote,
  options: ResolveOptions = {},
): Promise<ResolvedApps> {
  const answers = await askRepositories(apps, remote, options);
  const resolved: ResolvedApp[] = [];
  const findings: Finding[] = [];
  for (const app of apps) {
    const { answer, isFirst } = answers.get(app) ?? {};
    if (answer === undefined) continue;
    if ('id' in answer) {
      if (isFirst === true) findings.push(answer);
      continue;
    }
    const result = resolveRef(app, answer, options.scheme);
    findings.push(...result.findings);
    if (result.resolved !== undefined) resolved.push(result.resolved);
  }
  return { resolved, findings };
}

export interface RepositoryAnswer {
  /** The refs, or why there are none. */
  readonly answer: RemoteRefs | Finding;
  /** Whether this app is the first of those that share the answer. */
  readonly isFirst: boolean;
}

/** What the repository of each app answers. Every repository is queried once, several in parallel. */
export async function askRepositories(
  apps: readonly App[],
  remote: GitRemote,
  options: ResolveOptions = {},
): Promise<ReadonlyMap<App, RepositoryAnswer>> {
  const answers = new Map<App, RepositoryAnswer>();
  await forEachLimited(groupByRepository(apps), options.concurrency ?? 16, async (group) => {
    const answer = await ask(group, remote, options.signal);
    for (const [index, app] of group.entries()) answers.set(app, { answer, isFirst: index === 0 });
  });
  return answers;
}

/** Apps of one repository share one query. */
function groupByRepository(apps: readonly App[]): App[][] {
  const groups = new Map<string, App[]>();
  for (const app of apps) {
    const key = repositoryKey(app);
    groups.set(key, [...(groups.get(key) ?? []), app]);
  }
  return [...groups.values()];
}

/** The same address with the same token. */
function repositoryKey({ url, credential }: App): string {
  const address = url.replace(/\/+$/, '').replace(/\.git$/, '');
  return `${URL.canParse(address) ? new URL(address).href : address} ${credential?.username} ${credential?.password.name}`;
}

async function ask(
  group: readonly App[],
  remote: GitRemote,
  signal: AbortSignal | undefined,
): Promise<RemoteRefs | Finding> {
  const [app] = group;
  if (app === undefined) throw new Error('An empty group of apps');
  try {
    return await remote.listRefs(
      {
        url: app.url,
        ...omitUndefined({ credential: app.credential }),
        ...(group.some(({ ref }) => ref === undefined) && { withDefaultBranch: true }),
      },
      signal,
    );
  } catch (error) {
    if (!isDeBuildError(error) || signal?.aborted === true) throw error;
    const { code: id, what, why, fix } = error;
    return { id, severity: 'error', what, why, fix, ...app.place, subject: app.name };
  }
}

/** One app's ref, by git clone's own rule: `--branch` takes a branch before a tag of the same name. */
export function resolveRef(
  app: App,
  refs: RemoteRefs,
  scheme?: SchemeName,
): { resolved?: ResolvedApp; findings: Finding[] } {
  const { place } = app;
  const ref = app.ref ?? refs.defaultBranch;
  if (ref === undefined) return { findings: [defaultBranchMissing(app, place)] };
  const branch = refs.branches.get(ref);
  const tag = refs.tags.get(ref);
  if (branch !== undefined) {
    const resolved: ResolvedApp = { ...app, ref, commit: branch, kind: 'branch' };
    const findings: Finding[] = [];
    if (tag !== undefined && tag.commit !== branch) findings.push(refAmbiguous(resolved, place));
    const newest = newestReleaseTag(ref, refs.tags.keys(), scheme);
    if (newest !== undefined) {
      const isTip = refs.tags.get(newest)?.commit === branch;
      findings.push(branchMoves(resolved, newest, { isTip, place }));
    }
    return { resolved, findings };
  }
  if (tag !== undefined && app.ref !== undefined) {
    return { resolved: { ...app, ref, ...tag, kind: 'tag' }, findings: [] };
  }
  if (app.ref === undefined) return { findings: [defaultBranchMissing(app, place)] };
  const nearest = nearestNames(ref, [...refs.branches.keys(), ...refs.tags.keys()]);
  return { findings: [refNotFound(app, ref, { nearest, place })] };
}

/** Runs at most `limit` at a time. The first failure ends it, after the running ones have ended. */
async function forEachLimited<T>(
  items: readonly T[],
  limit: number,
  each: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  let failure: { readonly error: unknown } | undefined;
  const work = async (): Promise<void> => {
    for (const item of waiting) {
      if (failure !== undefined) return;
      try {
        await each(item);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  if (failure !== undefined) throw failure.error;
}
