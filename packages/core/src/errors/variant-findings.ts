import { type Finding, note, warning } from './finding.ts';

/** What one of several files lacks that others have. */
export interface LackedItems {
  readonly kind: string;
  readonly lacking: string;
  readonly items: readonly {
    readonly name: string;
    readonly service?: string;
    readonly file: string;
    readonly line: number;
  }[];
}

const SHOWN = 8;

/** Volumes and ports often differ between places, as data and proxies do. */
export function variantLacks({ kind, lacking, items }: LackedItems): Finding {
  const say = kind === 'volume' || kind === 'port' ? note : warning;
  const [first] = items;
  const names = items.map(({ name, service }) => (service === undefined ? name : `${name} of ${service}`));
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  const files = [...new Set(items.map(({ file }) => file))].join(', ');
  const counted = items.length === 1 ? `the ${kind}` : `${items.length} ${kind}s:`;
  return say('variant-lacks', {
    what: `${lacking} lacks ${counted} ${names.slice(0, SHOWN).join(', ')}${more}.`,
    why: `${files} has ${items.length === 1 ? 'it' : 'them'}, and both are for the same site in different places.`,
    fix: `Add ${items.length === 1 ? 'it' : 'them'} to ${lacking}; or write \`# de-build: only here\` at the end of its line, or on the line above, in ${files}.`,
    subject: lacking,
    ...(first === undefined ? {} : { file: first.file, line: first.line }),
  });
}
