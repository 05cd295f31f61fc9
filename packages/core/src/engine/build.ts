import type { BuildRequest, BuiltImage, Images } from './engine.ts';
import type { EngineTransport } from './transport.ts';

/** Sends a build to the builder that the request names; each is loaded only when it is needed. */
export async function build(
  transport: EngineTransport,
  images: Images,
  request: BuildRequest,
): Promise<BuiltImage> {
  if (request.builder === 'podman') {
    const { buildWithPodman } = await import('./podman/build-with-podman.ts');
    return buildWithPodman(transport, images, request);
  }
  const { buildWithBuildKit } = await import('./buildkit/build-with-buildkit.ts');
  return buildWithBuildKit(transport, images, request);
}
