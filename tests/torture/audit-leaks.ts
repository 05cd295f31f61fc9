import { randomBytes } from 'node:crypto';
import { readImage } from '../../packages/core/src/audit/image-tree.ts';
import { compileSearch } from '../../packages/core/src/audit/leaks/byte-search.ts';
import { createImageAudit } from '../../packages/core/src/audit/leaks/image-audit.ts';
import {
  cleanImages,
  FORMS,
  file,
  PLACES,
  rowsOf,
} from '../../packages/core/src/audit/leaks/planted-leaks.fixture.ts';
import { type Layout, savedImage, type TarFile } from '../../packages/core/src/audit/saved-image.fixture.ts';
import { Secret } from '../../packages/core/src/secrets/secret.ts';
import { allOf, type Figure, noneOf } from './figure.ts';
import type { TortureContext } from './torture-context.ts';

const PART = 'audit-leaks';
const LAYOUTS: readonly Layout[] = ['legacy', 'oci', 'oci-gzip'];

/** Plants tokens in every form and every place, and images that hold none; counts what the audit makes of them. */
export async function measureAuditLeaks({
  isQuick,
  signal,
  tell,
}: TortureContext): Promise<readonly Figure[]> {
  const tokens = [
    `ghp_${randomBytes(27).toString('base64').replace(/[+/]/g, 'x')}`,
    `github_pat_11${randomBytes(40).toString('hex').toUpperCase()}`,
    `p@ss/${randomBytes(9).toString('base64')}"+~ü&=%\\${randomBytes(6).toString('hex')}`,
    `Zq7#${randomBytes(4).toString('hex')}`,
  ].slice(0, isQuick ? 1 : 4);
  let planted = 0;
  let found = 0;
  for (const [index, token] of tokens.entries()) {
    for (const place of PLACES) {
      for (const form of FORMS) {
        signal.throwIfAborted();
        const layout = LAYOUTS[planted % LAYOUTS.length];
        const leaks = await search(await place.layers(form.write(token)), token, layout);
        const isFound = leaks.some((leak) => leak.isKnown && form.form.test(leak.form));
        planted += 1;
        if (isFound) found += 1;
        else tell(`Not found: token ${index}, ${form.name}, in ${place.name}, ${layout}`);
      }
    }
  }
  let clean = 0;
  let alarms = 0;
  for (const token of tokens) {
    for (const [name, files] of cleanImages(token)) {
      clean += 1;
      const leaks = await search([files], token, 'oci');
      if (!leaks.some(({ isKnown }) => isKnown)) continue;
      alarms += 1;
      tell(`False alarm: ${name}`);
    }
  }
  return [
    allOf(planted, { part: PART, name: 'planted leaks that are found', right: found }),
    noneOf(clean, { part: PART, name: 'clean images with an alarm', wrong: alarms }),
  ];
}

async function search(layers: readonly (readonly TarFile[])[], token: string, layout: Layout | undefined) {
  const audit = createImageAudit(compileSearch([new Secret('PAT', token)]));
  const saved = await savedImage([...layers, [file('other', randomBytes(100))]], layout, 65_536);
  return rowsOf(audit.findings(await readImage('planted', saved, { listener: audit.listener })).leaks);
}
