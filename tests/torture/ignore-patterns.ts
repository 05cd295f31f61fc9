import { askGoMatcher, type IgnoreQuestion } from '@de-build/testbed';
import { createPatternMatcher } from '../../packages/core/src/engine/context/pattern-matcher.ts';
import { isDeBuildError } from '../../packages/core/src/errors/de-build-error.ts';
import { type Figure, noneOf } from './figure.ts';
import { seededRandom } from './seeded-random.ts';
import type { TortureContext } from './torture-context.ts';

const PART = 'ignore-patterns';
const TRIES = { whole: 20_000, quick: 200 };
const PIECES = [
  ...['a', 'b', 'ab', 'node', '.log', 'α', '😀', 'Z', '_', '1', '-', '.', '..', ' ', '#', ',', '"'],
  ...[
    '*',
    '*',
    '**',
    '**/',
    '?',
    '/',
    '/',
    '!',
    '[a-c]',
    '[^a]',
    '[ab',
    '[a\\-]',
    '[\\w-z]',
    '[l-O]',
    '[[:word:]]',
    '[]a]',
  ],
  ...[
    '\\',
    '\\b',
    '\\d',
    '\\W',
    '\\Q',
    '\\E',
    '\\x61',
    '\\pL',
    '\\p{Greek}',
    '\\/',
    '\\*',
    '\\n',
    '\\z',
    '\\u',
  ],
  ...['|', '(', ')', '^', '$', '+', '{', '}', '{2}', '{1,2}', '{,2}', '{2,1}', '{1001}', '[', ']'],
];
const PATHS = [
  'a',
  'b',
  'ab',
  'x',
  'node',
  '.log',
  'α',
  '😀',
  '1',
  'Z',
  '/',
  '/',
  '-',
  '.',
  '{2}',
  '*',
  '[',
  'bin',
];

/** Random patterns of an ignore file, as de-build and as Docker's own matcher judge them; the short form is a fixture. */
export async function compareIgnorePatterns(
  context: Pick<TortureContext, 'isQuick' | 'signal' | 'tell'>,
): Promise<readonly Figure[]> {
  const { random, seed } = seededRandom();
  const tries = context.isQuick ? TRIES.quick : TRIES.whole;
  const questions = Array.from({ length: tries }, () => randomQuestion(random));
  const answers = await askGoMatcher(questions);
  if (answers === undefined) {
    context.tell(`Skipping ${PART}: Go and Docker's matcher come from Debian`);
    return [];
  }
  let wrong = 0;
  for (const [at, question] of questions.entries()) {
    context.signal.throwIfAborted();
    const ours = await judge(question);
    if (ours === answers[at]) continue;
    wrong += 1;
    context.tell(`${JSON.stringify({ ...question, ours, docker: answers[at] })} (seed ${seed})`);
  }
  return [noneOf(tries, { part: PART, name: "patterns that Docker's matcher judges otherwise", wrong })];
}

async function judge({ patterns, path }: IgnoreQuestion): Promise<boolean | 'invalid'> {
  try {
    return (await createPatternMatcher(patterns)).matchesInside(path);
  } catch (error) {
    if (isDeBuildError(error)) return 'invalid';
    throw error;
  }
}

/** In two of three the path is like a pattern. */
function randomQuestion(random: () => number): IgnoreQuestion {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const pieces = (from: readonly string[], most: number) =>
    Array.from({ length: 1 + Math.floor(random() * most) }, () => pick(from)).join('');
  const patterns = Array.from({ length: pick([1, 1, 1, 2, 3]) }, () => pieces(PIECES, 5));
  const like = pick(patterns)
    .replaceAll(/\*\*\//g, () => pick(['', 'a/', 'a/b/']))
    .replaceAll(/\*+/g, () => pick(['', 'a', 'a/b', 'xa']))
    .replaceAll('?', () => pick(['a', 'α', '/']))
    .replaceAll(/\\(.)/gu, (_, sign: string) => pick(['a', '1', sign]));
  const path = random() < 0.33 ? pieces(PATHS, 5) : `${like}${pick(['', '', '/a'])}`;
  const parts = path.split('/').filter((part) => !/^\.{0,2}$/.test(part));
  return { patterns, path: parts.join('/') || 'a' };
}
