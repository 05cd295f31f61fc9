import type { BuildRequest, BuiltImage, Images } from '../engine.ts';
import { runPlainBuild } from '../plain/run-plain-build.ts';
import type { EngineTransport } from '../transport.ts';
import { createPodmanDialect } from './podman-dialect.ts';

/**
 * Builds over Podman's Docker-compatible socket. It has no session: secrets travel as files of the tar, which
 * Podman moves out of the context before the build begins.
 * @throws DeBuildError `build-step-failed`, `build-without-image`, `build-interrupted`, `context-*`, `engine-*`
 */
export async function buildWithPodman(
  transport: EngineTransport,
  images: Pick<Images, 'inspect'>,
  request: BuildRequest,
): Promise<BuiltImage> {
  const secrets = Object.entries(request.secrets).map(([id, secret], index) => ({
    id,
    file: `.de-build-secret-${index}`,
    content: Buffer.from(secret.reveal()),
  }));
  const query =
    secrets.length === 0
      ? {}
      : { secrets: JSON.stringify(secrets.map(({ id, file }) => `id=${id},src=${file}`)) };
  return runPlainBuild(
    {
      transport,
      images,
      dialect: createPodmanDialect(),
      // Podman 4.3 lets the step run to its end, and then stops.
      endsStepOnAbort: false,
      query,
      extraFiles: Object.fromEntries(secrets.map(({ file, content }) => [file, content])),
    },
    request,
  );
}
