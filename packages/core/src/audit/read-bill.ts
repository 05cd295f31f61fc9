import { z } from 'zod';
import { omitUndefined } from '../omit-undefined.ts';
import { parseJson } from '../parse-json.ts';
import type { Package } from './packages.ts';

const Bill = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  components: z.array(
    z.looseObject({
      group: z.string().optional(),
      name: z.string(),
      version: z.string().optional(),
      purl: z.string().optional(),
    }),
  ),
});

const ECOSYSTEMS: Readonly<Record<string, Package['ecosystem']>> = {
  pypi: 'python',
  npm: 'node',
  deb: 'debian',
};

/** The packages of a CycloneDX document; `undefined` when the text is not one. */
export function packagesOfBill(text: string): readonly Package[] | undefined {
  const read = Bill.safeParse(parseJson(text));
  if (!read.success) return undefined;
  return read.data.components.flatMap(({ group, name, version, purl }) => {
    const ecosystem = ECOSYSTEMS[/^pkg:([a-z]+)\//.exec(purl ?? '')?.[1] ?? ''];
    if (ecosystem === undefined || version === undefined) return [];
    const architecture = /[?&]arch=([^&#]+)/.exec(purl ?? '')?.[1];
    const fullName = group === undefined ? name : `${group}/${name}`;
    return [{ ecosystem, name: fullName, version, ...omitUndefined({ architecture }) }];
  });
}
