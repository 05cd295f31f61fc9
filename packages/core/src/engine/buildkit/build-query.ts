import { basename } from 'node:path';
import { Secret } from '../../secrets/secret.ts';
import type { BuildRequest } from '../engine.ts';
import type { EngineQuery } from '../transport.ts';

/** The query of `POST /build` for BuildKit, whose context and Containerfile come over the session. */
export function buildQuery(request: BuildRequest, ids: { session: string; build: string }): EngineQuery {
  return {
    version: 2,
    session: ids.session,
    buildid: ids.build,
    remote: 'client-session',
    dockerfile: basename(request.containerfile),
    t: request.tags,
    buildargs: JSON.stringify(revealed(request.buildArgs)),
    labels: JSON.stringify(request.labels),
    target: request.target,
    networkmode: request.network,
    nocache: request.noCache,
    pull: request.pull ? 1 : undefined,
    rm: 1,
  };
}

function revealed(values: BuildRequest['buildArgs']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value]),
  );
}
