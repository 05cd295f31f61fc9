import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { extract, pack } from 'tar-stream';

/**
 * An image as `docker save` writes it, without layers that the engine that loads it has: that engine does not look for the file of
 * a layer that it knows. Of the legacy layout, whose folders do not tell the layer, nothing is left out.
 * @param present ids of uncompressed layers: `sha256:…`
 */
export function withoutLayers(saved: Readable, present: ReadonlySet<string>): Readable {
  if (present.size === 0) return saved;
  const files = extract();
  const sent = pack();
  const fail = (error: Error) => {
    saved.destroy(error);
    sent.destroy(error);
  };
  files.on('entry', (header, content, next) => {
    const [, digest] = /^(?:\.\/)?blobs\/sha256\/([0-9a-f]{64})$/.exec(header.name) ?? [];
    if (digest !== undefined && present.has(`sha256:${digest}`)) {
      content.on('end', next);
      content.resume();
      return;
    }
    const entry = sent.entry(header, (error) => next(error ?? undefined));
    content.on('error', fail);
    content.pipe(entry);
  });
  files.on('finish', () => sent.finalize());
  files.on('error', fail);
  saved.on('error', fail);
  sent.on('close', () => saved.destroy());
  saved.pipe(files);
  finished(files).catch(() => undefined);
  return Readable.from(sent);
}

/** The layers of an image that another has below the same ones: how they are shared. */
export function sharedLayers(
  layers: readonly string[],
  others: readonly (readonly string[])[],
): ReadonlySet<string> {
  const depths = others.map((other) => {
    const differs = layers.findIndex((layer, index) => layer !== other[index]);
    return differs === -1 ? layers.length : differs;
  });
  return new Set(layers.slice(0, Math.max(0, ...depths)));
}
