import { prettifyError, type z } from 'zod';
import { engineAnswerUnreadable } from '../errors/engine-failures.ts';
import type { EngineRequest, EngineTransport } from './transport.ts';

/**
 * The answer to a small request, read by its schema.
 * @throws DeBuildError `engine-answer-unreadable`; as `EngineTransport.json`
 */
export async function askEngine<T>(
  transport: Pick<EngineTransport, 'json'>,
  request: EngineRequest,
  schema: z.ZodType<T>,
): Promise<T> {
  const read = schema.safeParse(await transport.json(request));
  if (read.success) return read.data;
  throw engineAnswerUnreadable(`${request.method} ${request.path}`, prettifyError(read.error));
}
