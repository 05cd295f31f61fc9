import type { Engine, ImageDetails } from '../engine/engine.ts';
import type { Tools } from './tools.ts';

/**
 * Says how much an engine on another machine is about to send here; nothing of one on this machine.
 * @param advice what saves it, as a sentence
 * @throws DeBuildError `engine-*`
 */
export async function announceTransfer(
  engine: Pick<Engine, 'about' | 'imagesIn'>,
  {
    sizeBytes,
    name,
    advice,
  }: Pick<ImageDetails, 'sizeBytes'> & { readonly name: string; readonly advice?: string },
  { emit }: Pick<Tools, 'emit'>,
): Promise<void> {
  if ((await engine.about()).dataFolder !== undefined) return;
  const size = sizeBytes >= 1e9 ? `${(sizeBytes / 1e9).toFixed(1)} GB` : `${Math.ceil(sizeBytes / 1e6)} MB`;
  const place = engine.imagesIn ?? 'engine';
  const said = `The image is read from the ${place} over the network (${name}): about ${size}.`;
  const text = advice === undefined ? said : `${said} ${advice}`;
  emit({ type: 'notice', level: 'info', text });
}
