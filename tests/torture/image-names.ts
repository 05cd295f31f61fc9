import { Agent, request } from 'node:http';
import { parseCacheEntry } from '../../packages/core/src/site/cache-entry.ts';
import {
  familiarImageName,
  judgeImageName,
  splitImageName,
} from '../../packages/core/src/site/image-name.ts';
import { type Figure, noneOf } from './figure.ts';
import { randomImageName, randomReference } from './random-reference.ts';
import { seededRandom } from './seeded-random.ts';
import type { TortureContext } from './torture-context.ts';

const PART = 'image-names';
const TRIES = { whole: 20_000, quick: 200 };
const AT_ONCE = 8;

interface Kind {
  readonly name: string;
  readonly make: (random: () => number) => string;
  readonly isRight: (text: string) => boolean;
  /** What the engine accepts and de-build refuses on purpose. */
  readonly isRefusedHere: (text: string) => boolean;
  /** The request that the engine answers with 404 if the text is right, for it has no such image, and with 400 if not. */
  readonly request: (text: string) => string;
}

const KINDS: readonly Kind[] = [
  {
    name: 'names',
    // The engine takes an empty one for none.
    make: (random) => randomImageName(random) || 'a',
    isRight: (name) => judgeImageName(name) === undefined,
    isRefusedHere: (name) => hasOddHost(name) || splitImageName(name).path.includes(':'),
    request: (repo) => `POST /images/de-build-no-such-image/tag?${new URLSearchParams({ repo, tag: 'v' })}`,
  },
  {
    name: 'references of a cache',
    // The engine redirects paths that have empty parts or dots.
    make: (random) =>
      randomReference(random)
        .split('/')
        .filter((part) => !/^\.{0,2}$/.test(part))
        .join('/'),
    isRight: (ref) => !('problem' in parseCacheEntry(`type=registry,"ref=${ref}"`, 'cacheFrom')),
    // Names that are none without a tag.
    isRefusedHere: (ref) =>
      hasOddHost(ref) || /^[0-9a-f]{64}[:@]/.test(ref) || /^sha256[:@]/.test(familiarImageName(ref)),
    request: (ref) => `GET /images/${encodeURIComponent(ref).replaceAll('%2F', '/')}/json`,
  },
];

/** Random names of images, and references with tags and digests, as de-build and as the engine judge them. */
export async function compareImageNames(
  context: Pick<TortureContext, 'isQuick' | 'signal' | 'tell' | 'engines'>,
): Promise<readonly Figure[]> {
  // Older ones look for the image before they look at the name.
  const engine = (await context.engines()).at(-1);
  if (engine?.socketPath === undefined) return [];
  const ask = createAsker(engine.socketPath, context.signal);
  const tries = context.isQuick ? TRIES.quick : TRIES.whole;
  const figures: Figure[] = [];
  for (const { name, make, isRight, isRefusedHere, request } of KINDS) {
    const { random, seed } = seededRandom();
    const texts = Array.from({ length: tries }, () => make(random));
    let wrong = 0;
    const judge = async () => {
      for (let text = texts.pop(); text !== undefined; text = texts.pop()) {
        if (isRight(text) === ((await ask(request(text))) && !isRefusedHere(text))) continue;
        wrong += 1;
        context.tell(`${isRight(text) ? 'ACCEPTED' : 'REFUSED'} (seed ${seed}): ${JSON.stringify(text)}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, judge));
    figures.push(noneOf(tries, { part: PART, name: `${name} that the engine judges otherwise`, wrong }));
  }
  return figures;
}

/** What Docker takes for a host only by its upper case, and what looks like a host and cannot be one. */
function hasOddHost(text: string): boolean {
  const [first = ''] = /^[^/]*(?=\/)/.exec(text) ?? [];
  return /^[^.:]*[A-Z][^.:]*$/.test(first) || (first.includes('.') && first.includes('_'));
}

/** @returns asks whether the engine takes what a request names */
function createAsker(socketPath: string, signal: AbortSignal): (asked: string) => Promise<boolean> {
  const agent = new Agent({ keepAlive: true });
  return (asked) => {
    const [method, path] = asked.split(' ');
    return new Promise((resolve, reject) => {
      request({ agent, socketPath, method, path, signal }, (response) => {
        response.resume().once('end', () => {
          const { statusCode } = response;
          if (statusCode === 404 || statusCode === 400) resolve(statusCode === 404);
          else reject(new Error(`The engine answered ${statusCode} to ${asked}`));
        });
      })
        .once('error', reject)
        .end();
    });
  };
}
