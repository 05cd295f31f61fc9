import { builderNeedsBuildKit } from '../../errors/engine-setup-failures.ts';
import type { BuildRequest, BuiltImage, Images } from '../engine.ts';
import { runPlainBuild } from '../plain/run-plain-build.ts';
import type { EngineTransport } from '../transport.ts';
import { createClassicDialect } from './classic-dialect.ts';

/**
 * Builds with Docker's classic builder (`version=1`), which has neither secrets nor mounts. Build args end up in
 * the history of the images between the steps.
 * @throws DeBuildError `builder-needs-buildkit`, `build-step-failed`, `build-without-image`, `build-interrupted`,
 * `context-*`, `engine-*`
 */
export async function buildClassic(
  transport: EngineTransport,
  images: Pick<Images, 'inspect'>,
  request: BuildRequest,
): Promise<BuiltImage> {
  if (Object.keys(request.secrets).length > 0) throw builderNeedsBuildKit('a secret', 'classic');
  return runPlainBuild(
    { transport, images, dialect: createClassicDialect(), endsStepOnAbort: true },
    request,
  );
}
