import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { readImage } from '../../packages/core/src/audit/image-tree.ts';
import { compileSearch } from '../../packages/core/src/audit/leaks/byte-search.ts';
import { createImageAudit } from '../../packages/core/src/audit/leaks/image-audit.ts';
import { Secret } from '../../packages/core/src/secrets/secret.ts';
import { type Figure, noneOf } from './figure.ts';
import type { TortureContext } from './torture-context.ts';

const PART = 'audit-alarms';

/** frappe_docker's default first; then what people choose, short ones, words, numbers, and lists of frequent passwords. */
const WEAK = [
  ...[
    '123',
    'admin',
    '',
    'a',
    'x1',
    'root',
    'frappe',
    'erpnext',
    'changeit',
    'changeme',
    'redis',
    'mysql',
    'secret',
  ],
  ...[
    '12345678',
    '123456',
    'abcdef',
    '000000',
    'password1',
    'Welcome1',
    'letmein',
    'qwerty123',
    'P@ssw0rd',
    'Passw0rd!',
  ],
  ...[
    'abc123',
    '1q2w3e4r',
    'zaq12wsx',
    'admin123',
    'admin@123',
    'frappe123',
    'test1234',
    'iloveyou',
    'trustno1',
    '1qaz2wsx',
  ],
];

/** A program that prints a tar. */
type TarSource = readonly [name: string, command: string, ...args: readonly string[]];

/**
 * Audits files that hold no secret of the site, whose passwords are weak: Debian packages in a folder that the environment
 * names, or else the certificates of this machine and Node itself.
 */
export async function countAlarms(context: TortureContext): Promise<readonly Figure[]> {
  const { signal, folder, tell } = context;
  await mkdir(folder, { recursive: true });
  const pattern = compileSearch(WEAK.map((value, index) => new Secret(`WEAK_${index}`, value)));
  const sources = await listSources();
  let bytes = 0;
  let alarms = 0;
  for (const [name, command, ...args] of context.isQuick ? sources.slice(0, 2) : sources) {
    signal.throwIfAborted();
    tell(`${Math.round(bytes / 1e6)} MB; ${name}`);
    const layer = join(folder, 'layer.tar');
    const program = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], signal });
    await pipeline(program.stdout, createWriteStream(layer));
    const audit = createImageAudit(pattern);
    const found = audit.findings(await readImage(name, await saved(layer), { listener: audit.listener }));
    bytes += (await stat(layer)).size;
    await rm(layer);
    for (const leak of found.leaks.filter(({ isKnown }) => isKnown)) {
      alarms += 1;
      tell(`False alarm: ${name}: ${leak.secret}, ${JSON.stringify(leak.places[0])}`);
    }
    if (found.unread.length > 0)
      tell(`Unread in ${name}: ${found.unread.length}, ${JSON.stringify(found.unread[0])}`);
  }
  return [
    noneOf(bytes, {
      part: PART,
      name: 'alarms for weak passwords, to bytes of ordinary files',
      wrong: alarms,
    }),
  ];
}

async function listSources(): Promise<readonly TarSource[]> {
  const packages = process.env.DEBIAN_PACKAGES;
  if (packages === undefined)
    return [
      ['certificates', 'tar', '-chf', '-', '-C', '/etc/ssl', 'certs'],
      ['node', 'tar', '-cPhf', '-', process.execPath],
    ];
  const files = (await readdir(packages)).filter((name) => name.endsWith('.deb')).sort();
  return files.map((name) => [name, 'dpkg-deb', '--fsys-tarfile', join(packages, name)]);
}

/** What `docker save` prints for an image of one layer. */
async function saved(layer: string): Promise<Readable> {
  const tar = pack();
  const { size } = await stat(layer);
  const write = async () => {
    await pipeline(createReadStream(layer), tar.entry({ name: 'layer.tar', size }));
    tar.entry({ name: 'config.json' }, '{}');
    tar.entry({ name: 'manifest.json' }, JSON.stringify([{ Config: 'config.json', Layers: ['layer.tar'] }]));
    tar.finalize();
  };
  write().catch((error: Error) => tar.destroy(error));
  return tar as unknown as Readable;
}
