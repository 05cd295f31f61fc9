import { type AuditReport, describeForm, describePlace, describeUnread, type Leak } from '@de-build/core';
import { countOf, formatDuration } from '../terminal/quantities.ts';
import { type Item, MARKS, note, type Part, quiet, type Report, strong } from './model.ts';

/** Everything that was found in each image. Each fix is shown once for all leaks that it fixes. */
export function auditReport(reports: readonly AuditReport[]): Report {
  if (reports.length === 0) return { parts: [note('The engine has no image of this site.')] };
  const leaking = reports.filter(({ passed }) => !passed).length;
  const images = countOf(reports.length, 'image');
  const unread = reports.filter((report) => unreadCount(report) > 0).length;
  const found = leaking === 0 ? `${images}, none with a secret` : `${leaking} of ${images} with a secret`;
  const total = unread === 0 ? found : `${found}, ${unread} not read completely`;
  return { parts: [...reports.flatMap(imageParts), ...(reports.length > 1 ? [note(strong(total))] : [])] };
}

/** Leaks with the same fix. */
export function leakParts(leaks: readonly Leak[], fix: string): readonly Part[] {
  return [{ kind: 'list', items: leaks.map(leakItem) }, note(fix, MARKS.fix)];
}

function imageParts(report: AuditReport): readonly Part[] {
  const { leaks, outsideImages, omitted } = report;
  const all = [...leaks, ...outsideImages];
  const fixes = [...new Set(all.map(({ fix }) => fix))];
  const groups = fixes.map(
    (fix): Part => ({
      kind: 'section',
      parts: leakParts(
        all.filter((leak) => leak.fix === fix),
        fix,
      ),
    }),
  );
  const skipped = describeUnread(report).map((text): Item => ({ mark: MARKS.warning, text }));
  return [
    ...groups,
    ...(omitted > 0 ? [note(`… and ${omitted} more`)] : []),
    { kind: 'list', items: [...skipped, ...weakItems(report)] },
    summary(report),
  ];
}

/** One line for all. */
function weakItems({ weak }: AuditReport): readonly Item[] {
  if (weak.length === 0) return [];
  const are = weak.length === 1 ? 'is' : 'are';
  return [{ mark: MARKS.warning, text: `${weak.join(', ')} ${are} too weak to be searched for.` }];
}

function summary(report: AuditReport): Part {
  const { image, passed, leaks, secrets, layers, durationMs } = report;
  const warnings = leaks.filter(({ severity }) => severity === 'warning').length;
  const warned = warnings === 0 ? '' : `, ${countOf(warnings, 'warning')}`;
  const searched =
    layers.searched === 0
      ? `${countOf(layers.total, 'layer')} found clean before`
      : `${layers.searched} of ${countOf(layers.total, 'layer')} read`;
  const how = `${countOf(secrets, 'secret')} searched for, ${searched}, ${formatDuration(durationMs)}`;
  if (!passed) {
    const places = countOf(leaks.length - warnings, 'place');
    return note([strong(`${image} holds secrets`), `  ${places}${warned}; ${how}`], MARKS.bad);
  }
  if (secrets === 0) {
    const only = `${warned}; only looked for what is shaped like a token`;
    return note([strong(`${image}: no secret of the site is known`), only], MARKS.warning);
  }
  const unread = unreadCount(report);
  if (unread > 0) {
    const clean = `${image} is clean but for ${countOf(unread, 'unread file')}`;
    return note([strong(clean), `${warned}; ${how}`], MARKS.warning);
  }
  return note([strong(`${image} holds no secret of the site`), `${warned}; ${how}`], MARKS.good);
}

function unreadCount({ unread, unreadOmitted }: AuditReport): number {
  return unread.length + unreadOmitted;
}

function leakItem(leak: Leak): Item {
  const { severity, secret, place, count } = leak;
  const times = count === 1 ? '' : `, ${count} times`;
  const madeBy = place.kind === 'file' ? place.layer.instruction : instructionOf(place);
  return {
    mark: severity === 'error' ? MARKS.bad : MARKS.warning,
    text: [strong(secret), ` ${describeForm(leak)}${times}`],
    parts: [
      note(`in ${describePlace(place)}`),
      ...(madeBy === '' ? [] : [note(quiet(`made by ${madeBy.slice(0, LONGEST_INSTRUCTION)}`))]),
    ],
  };
}

/** An instruction may contain a whole script. */
const LONGEST_INSTRUCTION = 250;

function instructionOf(place: Exclude<Leak['place'], { kind: 'file' }>): string {
  return place.kind === 'configuration' ? (place.instruction ?? '') : '';
}
