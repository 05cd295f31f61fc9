import { type AuditReport, describeForm, describePlace, type Leak, makeVisible } from '@de-build/core';
import type { Terminal } from '../io.ts';
import type { Page } from './finding-lines.ts';
import { countOf, formatDuration } from './quantities.ts';
import { createStyle } from './style.ts';
import { wrap } from './text-width.ts';

const WIDEST = 100;

/** One leak: which secret, where, in which form, what made the layer, and what to do. */
export function leakLines(leak: Leak, page: Page): readonly string[] {
  return [...placeLines(leak, page), ...fixLines(leak.fix, page)];
}

/** Everything that was found in each image. What is to be done stands once for all that it mends. */
export function renderAudit(reports: readonly AuditReport[], terminal: Terminal): string {
  const style = createStyle(terminal.hasColours);
  const page: Page = { columns: terminal.isTTY ? terminal.columns - 1 : WIDEST, style };
  const lines = reports.flatMap((report, index) => [
    ...(index === 0 ? [] : ['']),
    ...reportLines(report, page),
  ]);
  if (reports.length > 1) {
    const leaking = reports.filter(({ passed }) => !passed).length;
    lines.push(
      '',
      leaking === 0
        ? style.bold(`${countOf(reports.length, 'image')}, none with a secret`)
        : style.bold(`${leaking} of ${countOf(reports.length, 'image')} with a secret`),
    );
  }
  if (reports.length === 0) lines.push('The engine has no image of this site.');
  return `${lines.join('\n')}\n`;
}

function reportLines(report: AuditReport, page: Page): readonly string[] {
  const { style } = page;
  const all = [...report.leaks, ...report.besides];
  const fixes = [...new Set(all.map(({ fix }) => fix))];
  const lines = fixes.flatMap((fix) => [
    ...all.filter((leak) => leak.fix === fix).flatMap((leak) => placeLines(leak, page)),
    ...fixLines(fix, page),
    '',
  ]);
  if (report.untold > 0) lines.push(`  … and ${report.untold} more`, '');
  for (const { path, inside, why } of report.unread) {
    const name = makeVisible([path, ...inside].join(' > '));
    lines.push(`  ${style.yellow('!')} ${name} was not searched to its end: ${makeVisible(why)}`);
  }
  if (report.unread.length > 0) lines.push('');
  return [...lines, summaryLine(report, page)];
}

function summaryLine(report: AuditReport, { style }: Page): string {
  const { image, passed, leaks, secrets, layers, durationMs } = report;
  const name = makeVisible(image);
  const searched =
    layers.searched === 0
      ? `${countOf(layers.of, 'layer')} found clean before`
      : `${layers.searched} of ${countOf(layers.of, 'layer')} read`;
  const how = `${countOf(secrets, 'secret')} searched for, ${searched}, ${formatDuration(durationMs)}`;
  const warnings = leaks.filter(({ severity }) => severity === 'warning').length;
  const warned = warnings === 0 ? '' : `, ${countOf(warnings, 'warning')}`;
  if (!passed) {
    const errors = leaks.length - warnings;
    return `${style.red('✗')} ${style.bold(`${name} holds secrets`)}  ${countOf(errors, 'place')}${warned}; ${how}`;
  }
  if (secrets === 0)
    return `${style.yellow('!')} ${style.bold(`${name}: no secret of the site is known`)}${warned}; only looked for what is shaped like a token`;
  return `${style.green('✓')} ${style.bold(`${name} holds no secret of the site`)}${warned}; ${how}`;
}

function placeLines(leak: Leak, { columns, style }: Page): readonly string[] {
  const { severity, secret, place, count } = leak;
  const [symbol, paint] = severity === 'error' ? ['✗', style.red] : ['!', style.yellow];
  const times = count === 1 ? '' : `, ${count} times`;
  const where = makeVisible(describePlace(place));
  const instruction = instructionOf(leak);
  const width = Math.max(20, Math.min(columns, WIDEST) - 6);
  return [
    `  ${paint(symbol)} ${style.bold(makeVisible(secret))} ${describeForm(leak)}${times}`,
    ...wrap(`in ${where}`, width).map((line) => `      ${line}`),
    ...(instruction === ''
      ? []
      : wrap(`made by ${makeVisible(instruction)}`, width)
          .slice(0, 3)
          .map((line) => `      ${style.dim(line)}`)),
  ];
}

function instructionOf({ place }: Leak): string {
  if (place.kind === 'file') return place.layer.instruction;
  return place.kind === 'configuration' ? (place.instruction ?? '') : '';
}

function fixLines(fix: string, { columns }: Page): readonly string[] {
  const width = Math.max(20, Math.min(columns, WIDEST) - 8);
  return wrap(makeVisible(fix), width).map((line, index) => `    ${index === 0 ? '→' : ' '} ${line}`);
}
