import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
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
import { CONTAINERS, packByTool } from './packed-by-tools.ts';
import { seededRandom } from './seeded-random.ts';
import type { TortureContext } from './torture-context.ts';
import { writeByTools } from './written-by-tools.ts';

const PART = 'audit-leaks';
const LAYOUTS: readonly Layout[] = ['legacy', 'oci', 'oci-gzip'];

/**
 * Plants tokens in every form and every place, written by ourselves and by the programs of this machine, and images that hold
 * none; counts what the audit makes of them.
 */
export async function measureAuditLeaks(context: TortureContext): Promise<readonly Figure[]> {
  const { isQuick, signal, tell } = context;
  const tokens = [
    `ghp_${randomBytes(27).toString('base64').replace(/[+/]/g, 'x')}`,
    `github_pat_11${randomBytes(40).toString('hex').toUpperCase()}`,
    `p@ss/${randomBytes(9).toString('base64')}"+~ü&=%\\${randomBytes(6).toString('hex')}`,
    `Zq7#${randomBytes(4).toString('hex')}`,
  ].slice(0, isQuick ? 1 : 4);
  let planted = 0;
  let found = 0;
  for (const [index, token] of tokens.entries()) {
    const search = searchFor(token);
    for (const place of PLACES) {
      for (const form of FORMS) {
        signal.throwIfAborted();
        const layout = LAYOUTS[planted % LAYOUTS.length];
        const { leaks } = await search(await place.layers(form.write(token)), layout);
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
    const search = searchFor(token);
    for (const [name, files] of cleanImages(token)) {
      clean += 1;
      const { leaks } = await search([files]);
      if (!leaks.some(({ isKnown }) => isKnown)) continue;
      alarms += 1;
      tell(`False alarm: ${name}`);
    }
  }
  return [
    allOf(planted, { part: PART, name: 'planted leaks that are found', right: found }),
    noneOf(clean, { part: PART, name: 'clean images with an alarm', wrong: alarms }),
    ...(await measurePrograms(context)),
  ];
}

/** Secrets that programs of this machine write and pack. */
export async function measurePrograms(context: TortureContext): Promise<readonly Figure[]> {
  const some = () => randomBytes(6).toString('hex');
  const tokens = [
    `it's-${some()}"$a \\b|<c>&d%41=ü`,
    `k€y_${some()}-😀!'()`,
    `AbC/${some()}+dEf==`,
    `{x}~[${some()}]*?#;,`,
  ];
  return [
    await measureTools(context, context.isQuick ? tokens.slice(0, 2) : tokens),
    ...(await measureContainers(context, tokens.slice(0, context.isQuick ? 1 : 2))),
  ];
}

/** Secrets as programs write them that know nothing of our list of forms. */
async function measureTools({ signal, tell }: TortureContext, tokens: readonly string[]): Promise<Figure> {
  let written = 0;
  let found = 0;
  for (const token of tokens) {
    const search = searchFor(token);
    for (const [tool, bytes] of writeByTools(token)) {
      signal.throwIfAborted();
      const { leaks } = await search([[file('config', bytes)]]);
      written += 1;
      if (leaks.some(({ isKnown }) => isKnown)) found += 1;
      else tell(`Not found: ${tool} of token ${tokens.indexOf(token)}`);
    }
  }
  return allOf(written, { part: PART, name: 'secrets written by programs that are found', right: found });
}

const AROUND = Buffer.alloc(200_000, 'some ordinary text of a file, ');
const DAMAGED_EACH = 20;

/** Files packed by programs, whole and damaged. */
async function measureContainers(
  { isQuick, signal, folder, tell }: TortureContext,
  tokens: readonly string[],
): Promise<readonly Figure[]> {
  const { random } = seededRandom(1);
  await mkdir(folder, { recursive: true });
  let found = 0;
  let unread = 0;
  let planted = 0;
  let damaged = 0;
  let failed = 0;
  for (const token of tokens) {
    const search = searchFor(token);
    for (const container of CONTAINERS) {
      signal.throwIfAborted();
      const content = Buffer.concat([AROUND, Buffer.from(`password: ${token}\n`), AROUND.subarray(0, 5000)]);
      const packed = await packByTool(container, content, folder);
      planted += 1;
      const audited = await search([[file('packed', packed)]]);
      if (audited.leaks.some(({ isKnown }) => isKnown)) found += 1;
      else if (audited.unread.length > 0) {
        unread += 1;
        tell(`Unread: ${container}: ${audited.unread[0]?.why}`);
      } else tell(`Neither found nor unread: ${container}`);
      for (let index = 0; index < (isQuick ? 2 : DAMAGED_EACH); index++) {
        damaged += 1;
        await search([[file('packed', damage(packed, random))]]).catch((error: unknown) => {
          failed += 1;
          tell(`Failed: ${container}, damaged: ${String(error)}`);
        });
      }
    }
  }
  return [
    allOf(planted, {
      part: PART,
      name: `leaks packed by programs that are found (${found}) or unread (${unread})`,
      right: found + unread,
    }),
    noneOf(damaged, { part: PART, name: 'damaged files that end the audit', wrong: failed }),
  ];
}

/** Cut off, or with a few wrong bytes. */
function damage(packed: Buffer, random: () => number): Buffer {
  if (random() < 0.3) return packed.subarray(0, Math.floor(random() * packed.length));
  const bytes = Buffer.from(packed);
  for (let count = 0; count < 3; count++)
    bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
  return bytes;
}

function searchFor(token: string) {
  const pattern = compileSearch([new Secret('PAT', token)]);
  return async (layers: readonly (readonly TarFile[])[], layout: Layout = 'oci') => {
    const audit = createImageAudit(pattern);
    const saved = await savedImage([...layers, [file('other', randomBytes(100))]], layout, 65_536);
    const { leaks, unread } = audit.findings(await readImage('planted', saved, { listener: audit.listener }));
    return { leaks: rowsOf(leaks), unread };
  };
}
