/** A step of the Containerfile that does something: `[builder 2/3] RUN make`. */
const STEP = /^\[[^\]]+\] (?:RUN|COPY|ADD) /;

/** Throws if a step of de-build's build, reported as JSON lines, did not come from the cache. */
export function assertCached(jsonLines: string): void {
  const seen = new Map<string, { readonly name: string; readonly state: string }>();
  for (const line of jsonLines.split('\n')) {
    if (!line.startsWith('{')) continue;
    const event = JSON.parse(line);
    if (event.type === 'build-step' && STEP.test(event.name)) seen.set(event.step, event);
  }
  judge(
    'de-build',
    [...seen.values()].map(({ name, state }) => ({ name, isCached: state === 'cached' })),
  );
}

/** The same for what Docker's client writes with `--progress plain`. */
export function assertPeerCached(plainLines: string): void {
  const names = new Map<string, string>();
  const cached = new Set<string>();
  for (const line of plainLines.split('\n')) {
    const [, step = '', text = ''] = /^#(\d+) (.*)$/.exec(line) ?? [];
    if (STEP.test(text)) names.set(step, text);
    if (text === 'CACHED') cached.add(step);
  }
  judge(
    "Docker's client",
    [...names].map(([step, name]) => ({ name, isCached: cached.has(step) })),
  );
}

function judge(who: string, steps: readonly { readonly name: string; readonly isCached: boolean }[]): void {
  if (steps.length === 0) throw new Error(`The build of ${who} reported no step, so nothing can be compared`);
  const missed = steps.filter(({ isCached }) => !isCached).map(({ name }) => name);
  if (missed.length > 0) {
    throw new Error(`The build of ${who} was to be fully cached, but ran:\n${missed.join('\n')}`);
  }
}
