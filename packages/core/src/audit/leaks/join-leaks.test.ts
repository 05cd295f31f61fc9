import { expect, test } from '@jest/globals';
import { omitUndefined } from '../../omit-undefined.ts';
import { TOKEN_KINDS } from '../../secrets/token-kinds.ts';
import type { Hit } from './byte-search.ts';
import { describePlace } from './describe-leak.ts';
import { joinLeaks } from './join-leaks.ts';
import type { FilePlace, Leak, LeakedPlace, LeakPlace } from './leak.ts';
import { createLeakLedger } from './leak-ledger.ts';
import type { Needle } from './needle.ts';

const layer = { number: 1, total: 3, digest: '', instruction: '' };
const at = (path: string, changes: Partial<FilePlace> = {}): FilePlace => ({
  kind: 'file',
  layer,
  path,
  inside: [],
  isInName: false,
  ...changes,
});
const label: LeakPlace = { kind: 'configuration', field: 'label x' };
const record: LeakPlace = { kind: 'build-record', id: 'abc' };
const hit = (secret: string, form: Needle['form'] = 'raw'): Hit => ({
  at: 0,
  needle: { secret, form, bytes: Buffer.alloc(0), isWeak: false, isReversed: false },
});

function leaksAt(
  secret: string,
  places: readonly (readonly [LeakPlace, Needle['form']?])[],
): readonly Leak[] {
  const ledger = createLeakLedger<LeakPlace>();
  for (const [place, form] of places) ledger.add(hit(secret, form), place);
  return ledger.leaks((place) => place);
}

const shown = ({ places }: Leak) => places.map(({ place }: LeakedPlace) => describePlace(place));

test('the places of a secret, what must be fixed first before the others', () => {
  const order: readonly (readonly [LeakPlace, Needle['form']?])[] = [
    [label],
    [at('home/frappe/frappe-bench/sites/assets/app.js.map'), 'base64'],
    [at('usr/local/bin/start')],
    [at('srv/start.sh'), 'base64'],
    [at('logs/bench.log')],
    [at('logs/bench.log.gz', { inside: ['gzip'] })],
    [at('logs/other.log'), 'hex'],
    [at('www/index.html', { deletedBy: layer })],
    [at('logs/old.log', { deletedBy: layer })],
    [record],
  ];
  const wanted = order.map(([place]) => describePlace(place));
  expect(leaksAt('PAT', order.toReversed()).map(shown)).toEqual([wanted]);
});

test('a secret in three forms in forty places is one leak, with each fix once', () => {
  const forms = ['raw', 'base64', 'hex'] as const;
  const places = Array.from({ length: 40 }, (_, index) => at(`logs/${index}`));
  const all = forms.flatMap((form) => places.map((place) => [place, form] as const));
  const [leak, ...others] = leaksAt('PAT', [...all, ...all, [label], [record]]);
  expect(others).toEqual([]);
  expect(leak?.places).toHaveLength(42);
  expect(leak?.places[1]?.forms).toEqual(forms.map((form) => ({ form, arrangement: 'whole', count: 2 })));
  expect(leak).toMatchObject({ severity: 'error', secret: 'PAT', isKnown: true, omitted: 0 });
  expect(leak?.fixes.map((fix) => fix.slice(0, 12))).toEqual([
    'Revoke the v',
    'Change the s',
    'Pass secrets',
    'Remove each ',
  ]);
});

test("what only the engine's records have is not said to be in what the image is built from", () => {
  const token = TOKEN_KINDS.find(({ prefix }) => prefix === 'ghp_');
  const fixesAt = (places: readonly LeakPlace[]) => {
    const ledger = createLeakLedger<LeakPlace>();
    for (const place of places) ledger.add({ at: 0, ...omitUndefined({ token }) }, place);
    return ledger.leaks((place) => place).flatMap(({ fixes }) => fixes);
  };
  const find = 'Find out whose token it is and whether it is real; if so, revoke it where it was made';
  const remove =
    'Remove each build record from the engine with `docker buildx history rm` and its id; it is not in the image.';
  const keepOut = `${find}, and keep it out of what the image is built from.`;
  expect(fixesAt([record, { ...record, id: 'def' }])).toEqual([`${find}.`, remove]);
  expect(fixesAt([at('a')])).toEqual([keepOut]);
  expect(fixesAt([at('a'), record])).toEqual([keepOut, remove]);
});

test('places that are not listed are counted, and never those of another secret', () => {
  const ledger = createLeakLedger<LeakPlace>();
  for (let index = 0; index < 700; index++) {
    for (const form of ['raw', 'hex'] as const) ledger.add(hit('PAT', form), at(`${index}`));
  }
  ledger.add(hit('DB_PASSWORD'), at('a'));
  const found = ledger.leaks((place) => place);
  expect(found.map(({ secret, places, omitted }) => [secret, places.length, omitted])).toEqual([
    ['PAT', 500, 200],
    ['DB_PASSWORD', 1, 0],
  ]);
});

test('leaks of several searches: one for each secret, the certain ones first', () => {
  const joined = joinLeaks([
    ...leaksAt('IN_RECORD', [[record]]),
    ...leaksAt('PAT', [[record]]),
    ...leaksAt('IN_FILE', [[at('a')]]),
    ...leaksAt('PAT', [[label], [at('a')]]),
  ]);
  expect(joined.map((leak) => [leak.severity, leak.secret, ...shown(leak)])).toEqual([
    ['error', 'PAT', "the image's label x", 'a (layer 1 of 3)', "the engine's record of the build abc"],
    ['error', 'IN_FILE', 'a (layer 1 of 3)'],
    ['warning', 'IN_RECORD', "the engine's record of the build abc"],
  ]);
});

test('a certain value of a key that also has an ordinary one is an error', () => {
  const ledger = createLeakLedger<LeakPlace>();
  const { needle } = hit('PAT');
  if (needle !== undefined) ledger.add({ at: 0, needle: { ...needle, isWeak: true } }, at('a'));
  ledger.add(hit('PAT'), at('b'));
  const found = ledger.leaks((place) => place);
  expect(found.map(({ severity, places }) => [severity, places.length])).toEqual([['error', 2]]);
});

test('places that are not in the image are left out, and a secret that has no other', () => {
  const ledger = createLeakLedger<LeakPlace>();
  ledger.add(hit('PAT'), at('gone'));
  ledger.add(hit('PAT'), at('a'));
  ledger.add(hit('OTHER'), at('gone'));
  const found = ledger.leaks((place) => (place.kind === 'file' && place.path === 'gone' ? undefined : place));
  expect(found.map(shown)).toEqual([['a (layer 1 of 3)']]);
});
