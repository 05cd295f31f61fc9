import { createStepLedger } from '../../packages/core/src/engine/buildkit/step-ledger.ts';
import { createEventSink } from '../../packages/core/src/flow/event-sink.ts';
import { encodedForms } from '../../packages/core/src/secrets/forms/encoded-forms.ts';
import { createRedactor, type Redactor } from '../../packages/core/src/secrets/redactor.ts';
import { secretForms } from '../engine/secret-forms.ts';
import { type Figure, noneOf } from './figure.ts';
import type { TortureContext } from './torture-context.ts';

/** As different as secrets are: a token, signs that every notation writes otherwise, more bytes than letters, lines, few, many. */
const VALUES: Readonly<Record<string, string>> = {
  TOKEN: 'ghx_Pl4ntedTokenOfTheTorture0123456789ab',
  SIGNS: 'p/a+s s"w\\o=r&d~?%<>\'#@:;{}$`!',
  LETTERS: 'pässwörd-密码-ключ-😀👩‍👩‍👧',
  SHORT: 'q7#x2-',
  KEY: '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n-----END PRIVATE KEY-----\n',
  LONG: `ghx_12345_${Array.from({ length: 40 }, (_, at) => `eyJ${(at * 7919).toString(36)}`).join('.-_')}`,
};

/** All pairs of cuts of what is no longer than this; of what is longer, as many at random. */
const ALL_PAIRS = 120;
const PAIRS = { whole: 4000, quick: 40 };

/**
 * Every form of every secret, as the bytes of a build's log that come in pieces: cut in two at every byte, in three at
 * every two, and byte for byte. The pieces go the way of a real log, from the builder's messages to the events that
 * leave the library, and into the end of the output that an error shows.
 */
export async function cutSecrets({ isQuick }: Pick<TortureContext, 'isQuick'>): Promise<readonly Figure[]> {
  const tries = { one: 0, two: 0, bytes: 0 };
  const wrong = { one: 0, two: 0, bytes: 0 };
  let forms = 0;
  for (const [name, value] of Object.entries(VALUES)) {
    const redactor = createRedactor();
    redactor.add({ name, value });
    for (const form of formsOf(value)) {
      forms += 1;
      const bytes = Buffer.from(`#12 ${form} end\n`);
      const whole = tell(redactor, [bytes]);
      const isRight = (pieces: readonly Buffer[]) => {
        const reported = tell(redactor, pieces);
        return reported.log === whole.log && reported.tail === whole.tail && !gives(reported, value, form);
      };
      const attempt = (kind: keyof typeof tries, pieces: readonly Buffer[]) => {
        tries[kind] += 1;
        if (!isRight(pieces)) wrong[kind] += 1;
      };
      for (let cut = 0; cut <= bytes.length; cut++) {
        attempt('one', [bytes.subarray(0, cut), bytes.subarray(cut)]);
      }
      for (const [first, second] of pairsOf(bytes.length, isQuick)) {
        attempt('two', [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)]);
      }
      attempt(
        'bytes',
        [...bytes].map((byte) => Buffer.of(byte)),
      );
    }
  }
  const part = 'redactor-cuts';
  const of = `${forms} forms of ${Object.keys(VALUES).length} secrets`;
  return [
    noneOf(tries.one, { part, name: `leaks of ${of}, cut at every byte`, wrong: wrong.one }),
    noneOf(tries.two, { part, name: 'leaks, cut at two bytes', wrong: wrong.two }),
    noneOf(tries.bytes, { part, name: 'leaks, byte for byte', wrong: wrong.bytes }),
  ];
}

/** The redactor's own, and those that were worked out apart from it. */
function formsOf(value: string): readonly string[] {
  const own = encodedForms(value).map(({ text }) => text);
  return [...new Set([...own, ...secretForms(value)])];
}

interface Reported {
  readonly log: string;
  readonly tail: string;
}

function tell(redactor: Redactor, pieces: readonly Buffer[]): Reported {
  let log = '';
  const sink = createEventSink(redactor, (event) => {
    if (event.type === 'build-log') log += event.text;
  });
  const ledger = createStepLedger((event) => sink.emit(event), redactor);
  const nothing = { vertexes: [], transfers: [], logs: [], warnings: [] };
  const vertex = { digest: 's', name: 'RUN leak', isCached: false, startedAt: 1, completedAt: undefined };
  ledger.take({ ...nothing, vertexes: [{ ...vertex, error: '' }] });
  for (const bytes of pieces) ledger.take({ ...nothing, logs: [{ vertex: 's', stream: 1, bytes }] });
  ledger.take({ ...nothing, vertexes: [{ ...vertex, completedAt: 9_000, error: 'exit code: 1' }] });
  return { log, tail: ledger.failedStep()?.tail ?? '' };
}

/** Whether what came out has the form, or half of it or more in one piece. */
function gives({ log, tail }: Reported, value: string, form: string): boolean {
  const bare = form.replace(/[\r\n]/g, '');
  const half = Math.max(6, Math.ceil(bare.length / 2));
  for (const text of [log, tail]) {
    const out = text.replace(/[\r\n]/g, '');
    if (out.includes(value)) return true;
    for (let at = 0; at + half <= bare.length; at++) if (out.includes(bare.slice(at, at + half))) return true;
  }
  return false;
}

function* pairsOf(length: number, isQuick: boolean): Generator<readonly [number, number]> {
  if (length <= ALL_PAIRS && !isQuick) {
    for (let first = 1; first < length; first++) {
      for (let second = first + 1; second < length; second++) yield [first, second];
    }
    return;
  }
  for (let count = isQuick ? PAIRS.quick : PAIRS.whole; count > 0; count--) {
    const [a, b] = [
      1 + Math.floor(Math.random() * (length - 1)),
      1 + Math.floor(Math.random() * (length - 1)),
    ];
    yield [Math.min(a, b), Math.max(a, b)];
  }
}
