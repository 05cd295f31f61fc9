import type { EngineQuery } from '../transport.ts';

/** Of a request about an index, as API 1.48 and later take it: a platform of OCI's image specification. */
export function platformQuery(platform: string | undefined): EngineQuery {
  if (platform === undefined) return {};
  const [os, architecture, variant] = platform.split('/');
  return { platform: JSON.stringify({ os, architecture, variant }) };
}
