import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type CheckReport, checkSite } from '@de-build/core';
import type { ExampleSite } from '@de-build/testbed';
import { createExampleWorld } from '../engine/example-world.ts';
import { type HostileApp, hostileApps } from '../engine/hostile-apps.ts';
import { allOf, type Figure, noneOf } from './figure.ts';
import type { TortureContext } from './torture-context.ts';

/** Where a hostile address or ref may stand. */
const PLACES = ['apps.json', 'de-build.json', '.env', '--build-arg'] as const;

/** Files that are broken in ways that readers were fooled or exhausted with. */
const BROKEN: readonly (readonly [file: string, content: string | Buffer])[] = [
  ['.env', Buffer.from('DE_SITE_VERSION=1.0.0\nA=\xff\xfe\n', 'latin1')],
  ['.env', 'DE_SITE_VERSION=1.0.0\nPAT_DESIRED_EFFECT=planted-\0value\n'],
  ['.env', 'DE_SITE_VERSION=1.0.0\nPAT_DESIRED_EFFECT=planted-value#cut\n'],
  ['.env', 'DE_SITE_VERSION=1.0.0\nPAT_DESIRED_EFFECT=planted-value\nPAT_DESIRED_EFFECT=planted-other\n'],
  ['.env', 'DE_SITE_VERSION=1.0.0\nPAT_DESIRED_EFFECT="planted-value\n'],
  ['.env', 'DE_SITE_VERSION=1.0.0\nPAT_DESIRED_EFFECT=planted$value\n'],
  ['.env', `DE_SITE_VERSION=1.0.0\nPAT_DESIRED_EFFECT=${'planted-value'.repeat(800_000)}\n`],
  ['.env', Buffer.from('\ufeffDE_SITE_VERSION=1.0.0\n', 'utf16le')],
  ['apps.json', ''],
  ['apps.json', '\ufeff[]'],
  ['apps.json', Buffer.from('[{"url":"\xff"}]', 'latin1')],
  ['apps.json', '[{"url":"https://github.com/a/b","url":"https://github.com/a/c"}]'],
  ['apps.json', '[{"url":"https://github.com/a/b","__proto__":{"branch":"planted-value"}}]'],
  ['apps.json', '['.repeat(100_000)],
  ['apps.json', Buffer.alloc(50_000_000, '[')],
  ['apps.json', `{"planted-value":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`],
  ['de-build.json', '{"context":"../../.."'],
  ['de-build.json', '{"__proto__":{"image":"planted-value"}}'],
];

/**
 * Every hostile address and ref in every place where one may stand, and files that are broken: each must be refused by
 * name, nothing may be run, and no value be repeated.
 */
export async function plantHostileInput(context: TortureContext): Promise<readonly Figure[]> {
  const world = await createExampleWorld();
  context.cleanUps.push(() => world.close());
  const site = await world.addSite({ host: 'unix:///nowhere/docker.sock' });
  const canary = join(context.folder, 'canary');
  const apps = hostileApps(canary, context.folder);
  const good = { url: `${world.server.url}/example/mini_erp.git`, branch: 'version-15' };
  const tries = { apps: 0, files: 0 };
  const refused = { apps: 0, files: 0 };
  const repeated = new Set<string>();

  for (const place of PLACES) {
    for (const app of context.isQuick ? apps.filter((_, at) => at % 8 === 0) : apps) {
      context.signal.throwIfAborted();
      tries.apps += 1;
      const report = await checkWith(context, site, { place, app, good });
      if (isRefused(report, place)) refused.apps += 1;
      else context.tell(`NOT REFUSED in ${place}: ${app.name}`);
      if (existsSync(canary)) {
        context.tell(`It was run: ${app.name} in ${place}`);
        break;
      }
    }
  }
  for (const [at, [file, content]] of BROKEN.entries()) {
    tries.files += 1;
    const folder = await copyOf(context, site);
    await writeFile(join(folder, file), content);
    const report = await check(folder);
    if (isRefused(report, file)) refused.files += 1;
    else context.tell(`NOT REFUSED: broken file ${at} (${file})`);
    if (/planted.?(value|other)/.test(JSON.stringify(report))) repeated.add(`${file} ${at}`);
  }
  const part = 'hostile-input';
  return [
    allOf(tries.apps, {
      part,
      name: `refused of ${apps.length} addresses and refs, in ${PLACES.length} places`,
      right: refused.apps,
    }),
    noneOf(tries.apps, { part, name: 'that ran a command', wrong: existsSync(canary) ? 1 : 0 }),
    allOf(tries.files, { part, name: 'broken files refused', right: refused.files }),
    noneOf(tries.files, { part, name: 'that had a value repeated', wrong: repeated.size }),
  ];
}

interface Planted {
  readonly place: (typeof PLACES)[number];
  readonly app: HostileApp;
  readonly good: { readonly url: string; readonly branch: string };
}

async function checkWith(
  context: TortureContext,
  site: ExampleSite,
  { place, app, good }: Planted,
): Promise<CheckReport> {
  const { name: _, ...hostile } = app;
  const entry = { ...good, ...hostile };
  const folder = await copyOf(context, site);
  if (place === 'apps.json') {
    await writeFile(join(folder, place), JSON.stringify([entry]));
    return check(folder);
  }
  await writeFile(join(folder, 'apps.json'), JSON.stringify([good]));
  // What is said elsewhere goes before the other.
  for (const file of ['.env', 'de-example.env']) {
    const text = await readFile(join(folder, file), 'utf8');
    await writeFile(join(folder, file), text.replace(/^FRAPPE_.*\n/gm, ''));
  }
  const args = { FRAPPE_PATH: entry.url, FRAPPE_BRANCH: entry.branch };
  if (place === '--build-arg') return check(folder, args);
  if (place === 'de-build.json') {
    const config = JSON.parse(await readFile(join(folder, place), 'utf8'));
    await writeFile(join(folder, place), JSON.stringify({ ...config, buildArgs: args }));
    return check(folder);
  }
  const quoted = Object.entries(args).map(([key, value]) => `${key}='${value.replaceAll("'", '')}'`);
  await writeFile(
    join(folder, '.env'),
    `${await readFile(join(folder, '.env'), 'utf8')}${quoted.join('\n')}\n`,
  );
  return check(folder);
}

function check(folder: string, buildArgs: Readonly<Record<string, string>> = {}): Promise<CheckReport> {
  const { PATH, HOME } = process.env;
  return checkSite({
    site: folder,
    environment: { PATH, HOME },
    buildArgs,
    skip: ['engine', 'disk', 'image-tag'],
  });
}

/** By a finding that names the place, and not because a host said no. */
function isRefused({ checks }: CheckReport, place: string): boolean {
  return checks.some(({ findings }) =>
    findings.some(
      ({ severity, file, id }) => severity === 'error' && file === place && !id.startsWith('git-'),
    ),
  );
}

async function copyOf({ folder }: TortureContext, site: ExampleSite): Promise<string> {
  const copy = join(folder, `site-${randomBytes(4).toString('hex')}`);
  await mkdir(copy);
  await cp(site.folder, copy, { recursive: true, filter: (source) => basename(source) !== '.git' });
  return copy;
}
