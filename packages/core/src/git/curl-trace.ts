/** The host's answer to one request. */
export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
}

/**
 * The answers in a trace of `GIT_TRACE_CURL`, in order. git's own messages differ between versions and omit most of an
 * answer (the status after a login, `Retry-After`, the target of a redirect); the trace has the headers as received.
 */
export function readCurlTrace(trace: string): HttpAnswer[] {
  const answers: { status: number; headers: Map<string, string> }[] = [];
  for (const line of trace.split('\n')) {
    const header = /<= Recv header: ?(.*?)\r?$/.exec(line)?.[1];
    if (header === undefined || header === '') continue;
    const status = /^HTTP\/[\d.]+ (\d{3})\b/.exec(header)?.[1];
    if (status !== undefined) {
      answers.push({ status: Number(status), headers: new Map() });
      continue;
    }
    const colon = header.indexOf(':');
    if (colon > 0)
      answers
        .at(-1)
        ?.headers.set(header.slice(0, colon).trim().toLowerCase(), header.slice(colon + 1).trim());
  }
  return answers.filter(({ status }) => status >= 200);
}
