import { encodedForms } from '../../packages/core/src/secrets/forms/encoded-forms.ts';
import { createRedactor } from '../../packages/core/src/secrets/redactor.ts';
import { comparePaired } from '../../packages/testbed/src/bench/compare-paired.ts';
import type { Figure } from './figure.ts';
import type { TortureContext } from './torture-context.ts';

const MEGABYTE = 1_000_000;
/** As much as the engine sends at once. */
const PIECE_CHARACTERS = 16_384;

/** Eight secrets of the kinds that an `.env` holds. */
const SECRETS: readonly string[] = [
  'ghp_Pl4ntedTokenOfTheTorture0123456789ab',
  'glx-0123456789abcdefghij',
  'Sup3r/Secret+Db"Pass=w0rd',
  'only-for-the-example',
  'AKIAIOSFODNN7EXAMPLE',
  'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  'https-less-passphrase with spaces',
  '5f4dcc3b5aa765d61d8327deb882cf99',
];

/** What builds print: package managers, compilers, progress with CR, colours, paths, URLs, hashes. */
const LINES: readonly string[] = [
  'Get:1 http://deb.debian.org/debian bookworm/main amd64 libssl3 amd64 3.0.15-1~deb12u1 [2,024 kB]',
  'Collecting requests==2.31.0 (from -r requirements.txt (line 7))',
  '  Downloading https://files.pythonhosted.org/packages/70/8e/requests-2.31.0-py3-none-any.whl (62 kB)',
  '\u001b[32m✔\u001b[0m built assets/js/desk.bundle.JQ3B6XKZ.js  1.2 MB',
  '$ git clone https://github.com/frappe/erpnext.git --branch version-15 --depth 1 --origin upstream',
  'Receiving objects:  45% (1234/5678), 12.3 MiB | 4.5 MiB/s\r',
  'yarn install v1.22.19',
  '[1/4] Resolving packages...',
  'warning "frappe-charts > sub@1.0" has unmet peer dependency "react@^18".',
  '  integrity sha512-Z3fFh2xsSEHYAJ0rkWzFVXgv4hV9jEJ0rkWzFVXgv4hV9jEJ0rkWzFVXgv4hV9jEabcd==',
  'copying frappe/core/doctype/communication/communication_list.js -> build/lib/frappe/core/doctype',
  '  File "/home/frappe/frappe-bench/env/lib/python3.11/site-packages/pip/_internal/cli/base_command.py", line 180',
];

/**
 * The redactor over a build's log with several secrets in all their forms, against looking for the same texts with
 * `String.replaceAll`, one after the other: that is what one would write without it, and it knows no pieces.
 */
export async function measureRedactor({
  isQuick,
}: Pick<TortureContext, 'isQuick'>): Promise<readonly Figure[]> {
  const { pieces, megabytes } = log(isQuick ? 4 : 64);
  const redactor = createRedactor();
  for (const [at, value] of SECRETS.entries()) redactor.add({ name: `SECRET_${at}`, value });
  const texts = SECRETS.flatMap((value) => encodedForms(value).map(({ text }) => text));
  const { ours, peer, ratio } = await comparePaired({
    ours: () =>
      timed(() => {
        const stream = redactor.stream();
        let length = 0;
        for (const piece of pieces) length += stream.write(piece).length;
        return length + stream.end().length;
      }),
    peer: () =>
      timed(() => {
        let length = 0;
        for (const piece of pieces) {
          length += texts.reduce((left, text) => left.replaceAll(text, '[redacted]'), piece).length;
        }
        return length;
      }),
    pairs: isQuick ? 3 : 7,
    warmUps: 1,
  });
  const part = 'redactor-speed';
  const speed = (milliseconds: number) => megabytes / (milliseconds / 1000);
  const rate = speed(ours);
  return [
    {
      part,
      name: `${SECRETS.length} secrets in ${texts.length} forms: time of ours to replaceAll's`,
      value: ratio.toFixed(2),
      aim: '≤ 1.0',
      isMet: ratio <= 1,
    },
    // By the clock of this machine, and so no aim of a short run: it says something of a quiet one only.
    {
      part,
      name: `  ours, of a core (replaceAll ${speed(peer).toFixed(0)} MB/s)`,
      value: `${rate.toFixed(0)} MB/s`,
      aim: '≥ 100 MB/s',
      ...(isQuick ? {} : { isMet: rate >= 100 }),
    },
  ];
}

/** The same every time. */
function log(megabytes: number): { readonly pieces: readonly string[]; readonly megabytes: number } {
  const pieces: string[] = [];
  let piece = '';
  let bytes = 0;
  let state = 1;
  while (bytes < megabytes * MEGABYTE) {
    state = (state * 48271) % 0x7fffffff;
    const line = `${LINES[state % LINES.length]}\n`;
    bytes += Buffer.byteLength(line);
    piece += line;
    if (piece.length < PIECE_CHARACTERS) continue;
    // As it comes from a decoder: one flat string, not a chain of lines.
    pieces.push(Buffer.from(piece).toString('utf8'));
    piece = '';
  }
  return { pieces, megabytes: bytes / MEGABYTE };
}

/** Milliseconds of this process on a processor: what else runs on the machine is not counted. */
async function timed(work: () => number): Promise<number> {
  const before = process.cpuUsage();
  if (work() === 0) throw new Error('Nothing came out.');
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
