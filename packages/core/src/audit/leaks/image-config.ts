import { z } from 'zod';
import { parseJson } from '../../parse-json.ts';
import type { ConfigPlace, LayerPlace } from './leak.ts';

/** The parts of the OCI image specification's "Image Configuration" that say where a layer is from. */
const Config = z.looseObject({
  history: z
    .array(z.looseObject({ created_by: z.string().nullish(), empty_layer: z.boolean().nullish() }))
    .nullish(),
  rootfs: z.looseObject({ diff_ids: z.array(z.string()).nullish() }).nullish(),
});

/** The configuration of an image. */
export interface ImageConfig {
  readonly document: unknown;
  readonly diffIds: readonly string[];
  /** The instructions of the history that made layers. */
  readonly instructions: readonly string[];
}

export function readImageConfig(text: string): ImageConfig {
  const document = parseJson(text);
  const read = Config.safeParse(document);
  const history = (read.success ? read.data.history : undefined) ?? [];
  const making = history.filter(({ empty_layer: isEmpty }) => isEmpty !== true);
  return {
    document,
    diffIds: (read.success ? read.data.rootfs?.diff_ids : undefined) ?? [],
    instructions: making.map(({ created_by: by }) => plainInstruction(by ?? '')),
  };
}

/** Each layer, the lowest first; without instructions when the history does not fit. */
export function placesOfLayers({ diffIds, instructions }: ImageConfig, count: number): readonly LayerPlace[] {
  const fits = instructions.length === count;
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    total: count,
    digest: diffIds[index] ?? '',
    instruction: fits ? (instructions[index] ?? '') : '',
  }));
}

/** Names a place in the configuration for people. */
export function nameConfigPlace(document: unknown, at: readonly string[]): ConfigPlace {
  const history = valueAt(document, ['history', at[1] ?? '', 'created_by']);
  if (at[0] === 'history' && typeof history === 'string') {
    const instruction = plainInstruction(history);
    return { kind: 'configuration', field: `history entry ${Number(at[1]) + 1}`, instruction };
  }
  const [section = '', name = ''] = /^(?:container_)?config$/i.test(at[0] ?? '') ? at.slice(1) : at;
  if (/^env$/i.test(section)) {
    const variable = String(valueAt(document, at) ?? '').split('=')[0] ?? '';
    return { kind: 'configuration', field: `environment variable ${variable}` };
  }
  if (/^labels$/i.test(section)) {
    return { kind: 'configuration', field: name === '' ? 'name of a label' : `label ${name}` };
  }
  return { kind: 'configuration', field: at.join('.') || 'the configuration' };
}

/** An instruction of the history, without Docker's prefix and suffix. */
export function plainInstruction(createdBy: string): string {
  return createdBy
    .replace(/^\/bin\/sh -c #\(nop\)\s*/, '')
    .replace(/^(?:RUN )?(\|\d+ .*?)?\/bin\/sh -c /s, (_, args: string | undefined) => `RUN ${args ?? ''}`)
    .replace(/\s*# buildkit$/, '')
    .replace(/\s+/g, ' ')
    .trim();
}

function valueAt(document: unknown, at: readonly string[]): unknown {
  return at.reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | undefined | null)?.[key],
    document,
  );
}
