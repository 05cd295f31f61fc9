import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { Secret } from '../../secrets/secret.ts';
import { readImage } from '../image-tree.ts';
import { type Layout, savedImage, type TarFile } from '../saved-image.fixture.ts';
import { compileSearch } from './byte-search.ts';
import { createImageAudit } from './image-audit.ts';
import type { FilePlace } from './leak.ts';
import { FORMS, PLACES } from './planted-leaks.fixture.ts';

const TOKENS: readonly (readonly [kind: string, token: string])[] = [
  ['classic', `ghp_${randomBytes(27).toString('base64').replace(/[+/]/g, 'x')}`],
  ['awkward', `p@ss/${randomBytes(9).toString('base64')}"+~ü&=%\\${randomBytes(6).toString('hex')}`],
  ['short', `Zq7#${randomBytes(4).toString('hex')}`],
];

async function audit(saved: Readable, ...tokens: readonly string[]) {
  const pattern = compileSearch(tokens.map((token, index) => new Secret(`TOKEN_${index}`, token)));
  const search = createImageAudit(pattern);
  return search.findings(await readImage('acme/erp:1', saved, { listener: search.listener }));
}

async function auditLayers(layers: readonly (readonly TarFile[])[], token: string, layout?: Layout) {
  return audit(await savedImage(layers, layout, 65_536), token);
}

describe.each(TOKENS)('a token of the kind %s', (_, token) => {
  describe.each(PLACES.map((place) => [place.name, place] as const))('in %s', (__, place) => {
    test.each(FORMS.map((form) => [form.name, form] as const))('%s', async (___, form) => {
      const { leaks } = await auditLayers(await place.layers(form.write(token)), token);
      const found = leaks.filter((leak) => leak.isKnown && form.form.test(leak.form));
      expect(found).not.toEqual([]);
      const [leak] = found as [(typeof leaks)[number]];
      const { path, inside, layer } = leak.place as FilePlace;
      expect(path).toMatch(place.path);
      expect(inside.join(' > ')).toMatch(place.inside ?? /^$/);
      expect(layer.number).toBe(1);
      expect(JSON.stringify(leaks)).not.toContain(token);
    });
  });
});
