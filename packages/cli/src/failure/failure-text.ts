import { createStyle, type Style } from '../terminal/style.ts';
import { wrap } from '../terminal/text-width.ts';
import { describeFailure, type FailureOptions, isErrorLike, messageOf } from './failure.ts';

export interface FailureTextOptions extends FailureOptions {
  readonly hasColours: boolean;
  /** Of the process, where a signal decides it. Default: the failure's. */
  readonly exitCode?: number;
  /** Width of the terminal. Default: 100. */
  readonly columns?: number;
}

/** Lines of another program's output that are shown. */
const OUTPUT_LINES = 30;
const WIDEST = 100;

/**
 * What failed, why, and how to fix it; then, separately, the output of another program. A stack is shown only with
 * `--verbose`.
 */
export function failureText(error: unknown, options: FailureTextOptions): string {
  const { code, what, why, fix, exitCode, output = '' } = describeFailure(error, options);
  if (code === 'usage') return `de-build: ${what}\n${fix}\n`;
  const style = createStyle(options.hasColours);
  const [head = '', ...headMore] = indented(what, options);
  const [advice = '', ...adviceMore] = indented(fix, options);
  const lines = [
    `${style.bad('✗')} ${style.strong(head.slice(2))}`,
    ...headMore.map(style.strong),
    ...indented(why, options),
    '',
    `${style.accent('→')} ${advice.slice(2)}`,
    ...adviceMore,
    ...outputLines(output, style),
    '',
    style.quiet(`  ${code}, exit code ${options.exitCode ?? exitCode}`),
    ...(options.isVerbose === true ? ['', ...stackLines(error, options).map(style.quiet)] : []),
  ];
  return `\n${lines.join('\n')}\n`;
}

function stackLines(error: unknown, { clean }: FailureOptions): readonly string[] {
  const lines: string[] = [];
  let one = error;
  for (let depth = 0; depth < 8 && one !== undefined && one !== null; depth++) {
    const text = isErrorLike(one) ? (one.stack ?? messageOf(one)) : String(one);
    lines.push(...clean(depth === 0 ? text : `caused by: ${text}`).split('\n'));
    one = isErrorLike(one) ? one.cause : undefined;
  }
  return lines;
}

function outputLines(output: string, style: Style): readonly string[] {
  const text = output.replace(/^\s*\n|\s+$/g, '');
  if (text === '') return [];
  const lines = text.split('\n');
  const cut = lines.length - OUTPUT_LINES;
  const shown = cut <= 0 ? lines : [`… ${cut} lines before`, ...lines.slice(cut)];
  return ['', ...shown.map((line) => `  ${style.quiet('│')} ${line}`.trimEnd())];
}

function indented(text: string, { columns = WIDEST }: FailureTextOptions): readonly string[] {
  const width = Math.max(20, Math.min(columns, WIDEST) - 3);
  return wrap(text, width).map((line) => `  ${line}`);
}
