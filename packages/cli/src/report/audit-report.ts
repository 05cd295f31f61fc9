import { type AuditReport, describeUnread, joinLeaks } from '@de-build/core';
import { countOf, formatDuration } from '../terminal/quantities.ts';
import { leakParts } from './leak-parts.ts';
import { type Item, MARKS, note, type Part, type Report, strong } from './model.ts';

/** What was found in each image, by secret. */
export function auditReport(reports: readonly AuditReport[]): Report {
  if (reports.length === 0) return { parts: [note('The engine has no image of this site.')] };
  const leaking = reports.filter(({ passed }) => !passed).length;
  const images = countOf(reports.length, 'image');
  const unread = reports.filter((report) => unreadCount(report) > 0).length;
  const found = leaking === 0 ? `${images}, none with a secret` : `${leaking} of ${images} with a secret`;
  const total = unread === 0 ? found : `${found}, ${unread} not read completely`;
  return { parts: [...reports.flatMap(imageParts), ...(reports.length > 1 ? [note(strong(total))] : [])] };
}

function imageParts(report: AuditReport): readonly Part[] {
  const leaks = joinLeaks([...report.leaks, ...report.outsideImages]);
  const skipped = describeUnread(report).map((text): Item => ({ mark: MARKS.warning, text }));
  return [
    ...leaks.map((leak): Part => ({ kind: 'section', parts: leakParts(leak) })),
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
  const certain = leaks.filter(({ severity }) => severity === 'error');
  const warnings = leaks.length - certain.length;
  const warned = warnings === 0 ? '' : `, ${countOf(warnings, 'warning')}`;
  const searched =
    layers.searched === 0
      ? `${countOf(layers.total, 'layer')} found clean before`
      : `${layers.searched} of ${countOf(layers.total, 'layer')} read`;
  const how = `${countOf(secrets, 'secret')} searched for, ${searched}, ${formatDuration(durationMs)}`;
  if (!passed) {
    const places = certain.reduce((sum, leak) => sum + leak.places.length + leak.omitted, 0);
    const found = `${countOf(certain.length, 'secret')} in ${countOf(places, 'place')}`;
    return note([strong(`${image} holds secrets`), `  ${found}${warned}; ${how}`], MARKS.bad);
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
