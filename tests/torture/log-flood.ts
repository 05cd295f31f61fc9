import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  BUSYBOX_IMAGE,
  ensureBaseImages,
  privateEngineVersions,
  startPrivateEngine,
} from '@de-build/testbed';
import type { Figure } from './figure.ts';
import { READERS, type Reader, runWithReader } from './output-reader.ts';
import type { TortureContext } from './torture-context.ts';

const PART = 'log-flood';
const MOST_MEGABYTES = 250;
const MEGABYTE = 1e6;

interface Flood {
  readonly name: string;
  readonly megabytes: number;
  /** What the step runs, for so many bytes. */
  readonly command: (bytes: number) => string;
}

const FLOODS: readonly Flood[] = [
  {
    name: 'one line',
    megabytes: 200,
    command: (bytes) => `head -c ${bytes} /dev/zero | tr '\\0' x`,
  },
  {
    name: 'lines',
    megabytes: 1000,
    command: (bytes) =>
      `yes 'copying frappe/core/doctype/communication.js -> build/lib/frappe' | head -c ${bytes}`,
  },
  {
    name: 'progress on one line',
    megabytes: 20,
    command: (bytes) =>
      `yes 'Receiving objects:  45% (1234/5678), 12.3 MiB | 4.5 MiB/s' | tr '\\n' '\\r' | head -c ${bytes}`,
  },
];

/** Builds whose steps print more than anybody reads, on an engine that passes all of it on: what de-build keeps of it. */
export async function floodLogs(context: TortureContext): Promise<readonly Figure[]> {
  const version = privateEngineVersions().at(-1);
  if (version === undefined) return [];
  const engine = await startPrivateEngine({ version, keepsWholeLogs: true });
  context.cleanUps.push(() => engine.stop());
  await ensureBaseImages(engine.host, [BUSYBOX_IMAGE]);
  const figures: Figure[] = [];
  for (const { name: kind, megabytes: whole, command } of FLOODS) {
    const megabytes = context.isQuick ? whole / 20 : whole;
    const site = await laySite(context, command(megabytes * MEGABYTE));
    for (const reader of Object.keys(READERS) as Reader[]) {
      const run = await runWithReader([context.cli, '--no-cache', '--force', '--host', engine.host], {
        folder: site,
        reader,
        signal: context.signal,
      });
      if (run.exitCode !== 0) throw new Error(`de-build ended with ${run.exitCode}: ${run.end}`);
      const name = `${megabytes} MB of ${kind}, ${reader}`;
      context.tell(`${name}: ${run.seconds.toFixed(0)} s, ${(run.bytes / MEGABYTE).toFixed(1)} MB written`);
      figures.push({
        part: PART,
        name: `peak memory for ${name}, in MB`,
        value: run.peak.toFixed(0),
        aim: `≤ ${MOST_MEGABYTES}`,
        isMet: run.peak > 0 && run.peak <= MOST_MEGABYTES,
      });
    }
  }
  return figures;
}

async function laySite({ folder }: TortureContext, command: string): Promise<string> {
  const site = join(folder, `flood-${randomBytes(4).toString('hex')}`);
  const files = {
    '.env': 'DE_SITE_VERSION=1.0.0\nDB_PASSWORD=Sup3r/Secret+Db"Pass=w0rd\n',
    'de-example.env': 'DE_SITE_VERSION=1.0.0\nDB_PASSWORD=\n',
    'images/custom/Containerfile': `FROM ${BUSYBOX_IMAGE}\nRUN ${command}\n`,
    'de-build.json': JSON.stringify({ image: 'de-build-test/flood', minimumFreeDisk: '1MB' }),
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(site, path)), { recursive: true });
    await writeFile(join(site, path), text);
  }
  return site;
}
