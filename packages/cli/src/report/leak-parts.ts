import { describeForm, describePlace, type Leak, type LeakedPlace } from '@de-build/core';
import { countOf } from '../terminal/quantities.ts';
import { type Item, MARKS, type Note, note, type Part, quiet, strong } from './model.ts';

/** How many places of one secret are shown; `--json` has all. */
const SHOWN = 5;
/** An instruction may contain a whole script. */
const LONGEST_INSTRUCTION = 250;

/** A secret that was found, as a report shows it. */
export interface ShownLeak {
  readonly severity: Leak['severity'];
  readonly secret: string;
  readonly places: readonly ShownPlace[];
  /** How many more there are. */
  readonly omitted: number;
}

export interface ShownPlace {
  readonly where: string;
  /** How it is written there. */
  readonly forms: string;
  /** The instruction that made it; may be empty. */
  readonly madeBy: string;
}

/** A secret, where it is, and what to do about it unless that is said elsewhere. */
export function leakParts(leak: Leak, { hasFix = true } = {}): readonly Part[] {
  const places = leak.places.map(shownPlace);
  const fix = hasFix ? [note(leak.fixes.join(' '), MARKS.fix)] : [];
  return [{ kind: 'list', items: [leakItem({ ...leak, places })] }, ...fix];
}

/** A secret with its first places; the others are counted. */
export function leakItem({ severity, secret, places, omitted }: ShownLeak): Item {
  const all = places.length + omitted;
  const shown = places.slice(0, SHOWN);
  const more = all - shown.length;
  return {
    mark: severity === 'error' ? MARKS.bad : MARKS.warning,
    text: [strong(secret), ` in ${countOf(all, 'place')}`],
    parts: [
      ...shown.flatMap(placeNotes),
      ...(more === 0 ? [] : [note(quiet(`… and ${countOf(more, 'more place')}`))]),
    ],
  };
}

/** Places that one instruction made are shown below each other, and it once, after the last of them. */
function placeNotes(
  { where, forms, madeBy }: ShownPlace,
  index: number,
  shown: readonly ShownPlace[],
): readonly Note[] {
  const isLast = shown[index + 1]?.madeBy !== madeBy;
  return [
    note(`${where}: ${forms}`),
    ...(madeBy === '' || !isLast ? [] : [note(quiet(`made by ${madeBy.slice(0, LONGEST_INSTRUCTION)}`))]),
  ];
}

function shownPlace({ place, forms }: LeakedPlace): ShownPlace {
  const madeBy =
    place.kind === 'file' ? place.layer.instruction : place.kind === 'configuration' ? place.instruction : '';
  return {
    where: describePlace(place),
    forms: forms.map((form) => shownTimes(describeForm(form), form.count)).join('; '),
    madeBy: madeBy ?? '',
  };
}

/** `base64, 3 times` */
export function shownTimes(form: string, count: number): string {
  return count === 1 ? form : `${form}, ${count} times`;
}
