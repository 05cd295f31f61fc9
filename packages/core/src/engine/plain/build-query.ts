import { Secret } from '../../secrets/secret.ts';
import type { BuildRequest } from '../engine.ts';
import { jsonHeader } from '../json-header.ts';
import type { EngineHeaders, EngineQuery } from '../transport.ts';

/** The query of `POST /build` that Docker's classic builder and Podman share. */
export function plainBuildQuery(request: BuildRequest, containerfileName: string): EngineQuery {
  return {
    version: 1,
    dockerfile: containerfileName,
    t: request.tags,
    buildargs: JSON.stringify(revealed(request.buildArgs)),
    labels: JSON.stringify(request.labels),
    target: request.target,
    networkmode: request.network,
    nocache: request.noCache,
    pull: request.pull ? 1 : undefined,
    // Containers of steps go, also those of a step that failed.
    rm: 1,
    forcerm: 1,
  };
}

/** Credentials for the registries of base images, as `X-Registry-Config` wants them. */
export function registryHeaders(request: BuildRequest): EngineHeaders {
  const hosts = Object.entries(request.registryAuth ?? {});
  if (hosts.length === 0) return {};
  const config = Object.fromEntries(
    hosts.map(([host, { username, password }]) => [host, { username, password: password.reveal() }]),
  );
  return { 'X-Registry-Config': jsonHeader(config) };
}

function revealed(values: Readonly<Record<string, string | Secret>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value]),
  );
}
