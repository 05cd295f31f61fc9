import { request } from 'node:http';

export interface WatchedSite {
  /** `http://10.0.0.2:8080` */
  readonly address: string;
  /** The Host header. */
  readonly site: string;
}

/** One look at a site: down unless a page and the bundle that it names are served. */
export interface Look {
  /** When it began, in ms since 1970. */
  readonly at: number;
  /** What was wrong; absent when it is up. */
  readonly why?: string;
}

export interface DowntimeWatch {
  /** How long the site is up without a break, in ms. */
  upFor(): number;
  /** Ends it; every look that was begun. */
  end(): Promise<readonly Look[]>;
}

/** 25 times a second, whether the last look has ended or not. */
export const LOOK_EVERY_MS = 40;
const ANSWER_WITHIN_MS = 10_000;

export function watchDowntime(watched: WatchedSite): DowntimeWatch {
  const looks: Promise<Look>[] = [];
  let lastDown = Date.now();
  const look = async (): Promise<Look> => {
    const at = Date.now();
    const why = await problemOf(watched);
    if (why === undefined) return { at };
    lastDown = Math.max(lastDown, Date.now());
    return { at, why };
  };
  const timer = setInterval(() => looks.push(look()), LOOK_EVERY_MS);
  return {
    upFor: () => Date.now() - lastDown,
    async end() {
      clearInterval(timer);
      return Promise.all(looks);
    },
  };
}

async function problemOf(watched: WatchedSite): Promise<string | undefined> {
  const page = await get(watched, '/');
  if (page.status !== 200) return `page ${page.status || page.text}`;
  const bundle = /\/assets\/[^"']+\.bundle\.[^"']+\.js/.exec(page.text)?.[0];
  if (bundle === undefined) return 'page without a bundle';
  const { status, text } = await get(watched, bundle);
  return status === 200 ? undefined : `bundle ${status || text}`;
}

/** Status 0 with the reason when nothing answers. */
function get({ address, site }: WatchedSite, path: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException) => resolve({ status: 0, text: error.code ?? error.message });
    const outgoing = request(
      `${address}${path}`,
      { headers: { host: site }, agent: false, timeout: ANSWER_WITHIN_MS },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
        });
        answer.on('error', fail).on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer')));
    outgoing.on('error', fail).end();
  });
}
