import { Secret } from '../secrets/secret.ts';
import type { BuildRequest } from './engine.ts';
import type { EngineQuery } from './transport.ts';

/** What every builder's `POST /build` has in its query. */
export function buildQuery(request: BuildRequest): EngineQuery {
  return {
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
