import type { Finding } from '@de-build/core';
import type { GuardedIo } from '../guarded-io.ts';
import type { Finished } from './command.ts';

/** The content of standard output: a report, one document, the events, or a command's own format. */
export type Form = 'text' | 'markdown' | 'json' | 'events' | 'other';

export async function writeResult(
  { type, document, report }: Finished,
  form: Form,
  io: GuardedIo,
): Promise<void> {
  if (form === 'json') io.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
  else if (form === 'events') {
    const { writeJsonLine } = await import('../progress/json-lines.ts');
    writeJsonLine(io.stdout, {
      type,
      ...(Array.isArray(document) ? { items: document } : (document as object)),
    });
  } else if (typeof report === 'string') io.stdout.write(report);
  else if (form === 'markdown') {
    const { writeMarkdown } = await import('../report/markdown.ts');
    io.stdout.write(writeMarkdown(report));
  } else {
    const { writeText } = await import('../report/text.ts');
    const { pageOf } = await import('../report/page.ts');
    io.stdout.write(writeText(report, pageOf(io.stdout)));
  }
}

/** Reports what could not be read, after what could. */
export async function writeProblems(problems: readonly Finding[], io: GuardedIo): Promise<void> {
  if (problems.length === 0) return;
  const { textLines } = await import('../report/text.ts');
  const { pageOf } = await import('../report/page.ts');
  io.stderr.write(`${textLines([{ kind: 'findings', findings: problems }], pageOf(io.stderr)).join('\n')}\n`);
}
