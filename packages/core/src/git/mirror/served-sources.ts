import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Secret } from '../../secrets/secret.ts';
import type { PinnedSource } from './mirror.ts';
import type { BackendCall } from './run-backend.ts';

/** The paths of one build's sources, and what stands behind them. */
export interface ServedSources {
  /** `/<commit>/<org>/<repository>`, named as upstream names it; `undefined` for a source of another build. */
  pathOf(source: PinnedSource): string | undefined;
  /** What a request asks for, when it is one of the two that a clone needs, for a source of this build. */
  find(request: IncomingMessage, siteKey: Secret): Omit<BackendCall, 'environment'> | undefined;
}

interface Served {
  readonly repository: string;
  readonly namespace: string;
  readonly refs: Set<string>;
}

export function arrangeSources(sources: readonly PinnedSource[]): ServedSources {
  const served = new Map<string, Served>();
  const paths = new Map<string, string>();
  for (const source of sources) {
    const path = choosePath(source, served);
    const entry = served.get(withoutEnding(path)) ?? {
      repository: source.repository,
      namespace: source.commit,
      refs: new Set(),
    };
    entry.refs.add(`${source.kind === 'branch' ? 'refs/heads/' : 'refs/tags/'}${source.ref}`);
    served.set(withoutEnding(path), entry);
    paths.set(identityOf(source), path);
  }
  return {
    pathOf: (source) => paths.get(identityOf(source)),
    find(request, siteKey) {
      const wanted = parseRequest(request);
      // Both are looked at whatever the first says, so that the time taken tells nothing.
      const entry = served.get(withoutEnding(wanted?.path ?? ''));
      const isKnown = isSameText(wanted?.key ?? '', siteKey.reveal());
      if (wanted === undefined || entry === undefined || !isKnown) return undefined;
      return { ...entry, refs: [...entry.refs], service: wanted.service };
    },
  };
}

/** Two hosts may have repositories of one name with the same commit: the second one's path begins with its host. */
function choosePath(source: PinnedSource, served: ReadonlyMap<string, Served>): string {
  const { host, pathname } = new URL(source.url);
  const name = pathname.replace(/\/{2,}/g, '/').replace(/\/$/, '');
  const path = `/${source.commit}${name}`;
  const taken = served.get(withoutEnding(path));
  return taken === undefined || taken.repository === source.repository
    ? path
    : `/${source.commit}/${host.replace(/[^A-Za-z0-9.-]/g, '-')}${name}`;
}

function identityOf({ repository, commit, kind, ref }: PinnedSource): string {
  return [repository, commit, kind, ref].join('\0');
}

function withoutEnding(path: string): string {
  return path.replace(/\.git$/, '');
}

interface Wanted {
  readonly key: string;
  /** As `pathOf` gives it, or with `.git`. */
  readonly path: string;
  readonly service: BackendCall['service'];
}

function parseRequest({ method, url = '' }: IncomingMessage): Wanted | undefined {
  const [, key, path, service] =
    /^\/([^/?]*)(\/[^?]*?)\/(info\/refs\?service=git-upload-pack|git-upload-pack)$/.exec(url) ?? [];
  if (key === undefined || path === undefined) return undefined;
  if (service === 'git-upload-pack') return method === 'POST' ? { key, path, service } : undefined;
  return method === 'GET' ? { key, path, service: 'info/refs' } : undefined;
}

/** In a time that depends on neither. */
function isSameText(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
