import type { DeBuildError } from '@de-build/core';
import { createStyle, type Style } from './style.ts';
import { wrap } from './text-width.ts';

export interface FailureOptions {
  readonly hasColours: boolean;
  readonly isVerbose: boolean;
  /** Width of the terminal. Default: 100. */
  readonly columns?: number;
  /** Redacts a text and makes its control characters visible. Everything shown passes it. */
  readonly clean: (text: string) => string;
}

/** Lines of another program's output that are shown. */
const OUTPUT_LINES = 30;
const WIDEST = 100;

/**
 * What did not work, why, and how to mend it; then, set apart, what another program printed. A stack is shown
 * only with `--verbose`. Anything but a `DeBuildError` is a bug of ours and is called one.
 */
export function renderFailure(error: unknown, options: FailureOptions): string {
  const style = createStyle(options.hasColours);
  const lines = isExpected(error) ? expectedLines(error, style, options) : bugLines(error, style, options);
  if (options.isVerbose) lines.push('', ...stackLines(error, options).map(style.dim));
  return `\n${lines.join('\n')}\n`;
}

function expectedLines(error: DeBuildError, style: Style, options: FailureOptions): string[] {
  const { clean } = options;
  const [what = '', ...whatMore] = indented(clean(error.what), options);
  const [fix = '', ...fixMore] = indented(clean(error.fix), options);
  const lines = [
    `${style.red('✗')} ${style.bold(what.slice(2))}`,
    ...whatMore.map(style.bold),
    ...indented(clean(error.why), options),
    '',
    `${style.cyan('→')} ${fix.slice(2)}`,
    ...fixMore,
  ];
  const output = error.output === undefined ? [] : outputLines(clean(error.output));
  if (output.length > 0) lines.push('', ...output.map((line) => `  ${style.dim('│')} ${line}`.trimEnd()));
  lines.push('', style.dim(`  ${error.code}, exit code ${error.exitCode}`));
  return lines;
}

function bugLines(error: unknown, style: Style, options: FailureOptions): string[] {
  const { clean, isVerbose } = options;
  return [
    `${style.red('✗')} ${style.bold('de-build met an error that it did not foresee.')}`,
    ...indented(clean(messageOf(error)), options),
    '',
    `${style.cyan('→')} This is a bug in de-build. Please report it with ${
      isVerbose ? 'what stands below' : 'what the same command prints with `--verbose`'
    }.`,
  ];
}

function stackLines(error: unknown, { clean }: FailureOptions): string[] {
  const lines: string[] = [];
  let one = error;
  for (let depth = 0; depth < 8 && one !== undefined && one !== null; depth++) {
    const text = isErrorLike(one) ? (one.stack ?? messageOf(one)) : String(one);
    lines.push(...clean(depth === 0 ? text : `caused by: ${text}`).split('\n'));
    one = isErrorLike(one) ? one.cause : undefined;
  }
  return lines;
}

function outputLines(output: string): readonly string[] {
  const lines = output.replace(/^\s*\n|\s+$/g, '').split('\n');
  if (lines.length === 1 && lines[0] === '') return [];
  const cut = lines.length - OUTPUT_LINES;
  return cut <= 0 ? lines : [`… ${cut} lines before`, ...lines.slice(cut)];
}

function indented(text: string, { columns = WIDEST }: FailureOptions): string[] {
  const width = Math.max(20, Math.min(columns, WIDEST) - 3);
  return wrap(text, width).map((line) => `  ${line}`);
}

function messageOf(error: unknown): string {
  if (!isErrorLike(error)) return String(error);
  return error.message === '' ? error.name : `${error.name}: ${error.message}`;
}

/** By its shape: this module is loaded when nothing else of core is. */
function isExpected(error: unknown): error is DeBuildError {
  return isErrorLike(error) && error.name === 'DeBuildError' && 'exitCode' in error;
}

/** Errors of another realm are not `instanceof` ours. */
function isErrorLike(error: unknown): error is Error {
  return typeof error === 'object' && error !== null && 'message' in error && 'name' in error;
}
