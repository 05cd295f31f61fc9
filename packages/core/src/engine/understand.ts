import type { z } from 'zod';
import { prettifyError } from 'zod';
import { engineAnswerUnreadable } from '../errors/engine-failures.ts';

/** Reads an engine's answer by its schema. @throws DeBuildError `engine-answer-unreadable` */
export function understand<T>(schema: z.ZodType<T>, asked: string, answer: unknown): T {
  const read = schema.safeParse(answer);
  if (!read.success) throw engineAnswerUnreadable(asked, prettifyError(read.error));
  return read.data;
}
