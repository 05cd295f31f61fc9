/** Git's wire protocol, version 2: the command `ls-refs`. */

/**
 * The question for all branches and tags, peeled, and for HEAD if requested. `undefined` when the host's advertisement is
 * not of version 2.
 */
export function writeLsRefs(advertisement: Buffer, withHead: boolean): string | undefined {
  const offered = readPackets(advertisement);
  if (offered?.includes('version 2') !== true) return undefined;
  if (!offered.some((line) => line === 'ls-refs' || line?.startsWith('ls-refs='))) return undefined;
  const format = offered.find((line) => line?.startsWith('object-format='));
  const prefixes = ['refs/heads/', 'refs/tags/', ...(withHead ? ['HEAD'] : [])];
  return [
    packet('command=ls-refs'),
    ...(format === undefined ? [] : [packet(format)]),
    '0001',
    packet('peel'),
    packet('symrefs'),
    ...prefixes.map((prefix) => packet(`ref-prefix ${prefix}`)),
    '0000',
  ].join('');
}

/** The host's answer as `git ls-remote --symref` prints it. `undefined` when it is not whole, or is something else. */
export function readLsRefs(answer: Buffer): string | undefined {
  const packets = readPackets(answer) ?? [];
  const lines = packets.filter((line) => line !== undefined);
  const endsWithOneFlush = lines.length === packets.length - 1 && packets.at(-1) === undefined;
  return endsWithOneFlush ? lines.flatMap(printRef).join('\n') : undefined;
}

function printRef(line: string): readonly string[] {
  const [id, ref, ...attributes] = line.split(' ');
  const find = (name: string) => attributes.find((each) => each.startsWith(name))?.slice(name.length);
  const target = find('symref-target:');
  const peeled = find('peeled:');
  return [
    ...(target === undefined ? [] : [`ref: ${target}\t${ref}`]),
    `${id}\t${ref}`,
    ...(peeled === undefined ? [] : [`${peeled}\t${ref}^{}`]),
  ];
}

function packet(line: string): string {
  return `${(line.length + 5).toString(16).padStart(4, '0')}${line}\n`;
}

/** The lines of git's pkt-line format; `undefined` among them is a flush. `undefined` when the bytes have another form. */
function readPackets(bytes: Buffer): readonly (string | undefined)[] | undefined {
  const packets: (string | undefined)[] = [];
  for (let at = 0; at < bytes.length; ) {
    const digits = bytes.toString('latin1', at, at + 4);
    const length = /^[0-9a-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : Number.NaN;
    const end = at + Math.max(length, 4);
    if (!(length === 0 || length >= 4) || end > bytes.length) return undefined;
    packets.push(length === 0 ? undefined : bytes.toString('utf8', at + 4, end).replace(/\n$/, ''));
    at = end;
  }
  return packets;
}
