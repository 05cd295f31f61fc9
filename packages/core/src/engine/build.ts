import { buildClassic } from './classic/build-classic.ts';
import type { BuildRequest, BuiltImage, Images } from './engine.ts';
import { buildWithPodman } from './podman/build-podman.ts';
import type { EngineTransport } from './transport.ts';

/** Sends a build to the builder that the request names; each is loaded only when it is needed. */
export async function build(
  transport: EngineTransport,
  images: Images,
  request: BuildRequest,
): Promise<BuiltImage> {
  switch (request.builder) {
    case 'classic':
      return buildClassic(transport, images, request);
    case 'podman':
      return buildWithPodman(transport, images, request);
    case 'buildkit': {
      const { buildWithBuildKit } = await import('./buildkit/build-with-buildkit.ts');
      return buildWithBuildKit(transport, request);
    }
  }
}
