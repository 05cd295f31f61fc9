import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type AuditReport, connectEngine, describePlace, type Engine } from '@de-build/core';
import { type ExampleSite, removeRepository, type SharedEngine } from '@de-build/testbed';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createExampleWorld, type ExampleWorld } from './example-world.ts';
import { onEachEngine } from './on-each-engine.ts';
import { runCli } from './run-cli.ts';
import { findSecrets } from './secret-forms.ts';

let world: ExampleWorld;
beforeAll(async () => {
  world = await createExampleWorld({ token: `ghp_${randomBytes(27).toString('hex').slice(0, 36)}` });
});
afterAll(() => world.close());

/** A file that a later step deletes, a real pack of git, names, and every place where an image tells of itself. */
const CONTAINERFILE = `
ARG BASE
FROM $BASE
ARG PAT
ENV CLONE_URL=https://\${PAT}@git.example.com/acme/erp
LABEL com.acme.source=https://\${PAT}@git.example.com/acme/erp
COPY repository/.git /srv/app/.git
COPY bench.log.gz /srv/logs/
RUN echo "password \${PAT}" > /root.netrc && mkdir -p "/srv/cache/\${PAT}"
RUN rm /root.netrc
`;

async function plant(engine: SharedEngine, image: string): Promise<void> {
  const folder = join(world.folder, `planted-${randomBytes(4).toString('hex')}`);
  const repository = join(folder, 'repository');
  await mkdir(repository, { recursive: true });
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.example', ...args], { cwd: repository });
  git('init', '-q');
  await writeFile(join(repository, 'site_config.json'), JSON.stringify({ token: world.token }));
  git('add', '.');
  git('commit', '-q', '-m', 'Add the configuration');
  git('rm', '-q', 'site_config.json');
  git('commit', '-q', '-m', 'Take it away');
  git('repack', '-a', '-d', '-q');
  await writeFile(
    join(folder, 'bench.log.gz'),
    gzipSync(Buffer.from(`git clone ${world.token}`).toString('base64')),
  );
  await writeFile(join(folder, 'Containerfile'), CONTAINERFILE);
  const { command, env } = engine.dockerCli;
  const args = ['--build-arg', `PAT=${world.token}`, '--build-arg', `BASE=${engine.busyboxImage}`];
  execFileSync(command, ['build', '-q', '-t', image, '-f', join(folder, 'Containerfile'), ...args, folder], {
    env: { ...process.env, ...env },
  });
  await rm(folder, { recursive: true });
}

async function audit(engine: SharedEngine, site: ExampleSite, ...args: string[]) {
  const result = await runCli(['audit', ...args, '--json', '--host', engine.host], { folder: site.folder });
  expect(findSecrets(result.output, [world.token])).toEqual([]);
  return { ...result, report: JSON.parse(result.stdout || 'null') as AuditReport };
}

onEachEngine('the audit', (engine) => {
  let client: Engine;
  beforeAll(async () => {
    client = await connectEngine({ environment: {}, host: engine.host });
  });
  afterAll(() => client.close());

  test('finds a token wherever a build leaves it, and never shows it', async () => {
    const site = await world.addSite(engine);
    const image = `de-build-test/planted-${randomBytes(4).toString('hex')}`;
    try {
      await plant(engine, `${image}:1`);
      const { exitCode, report } = await audit(engine, site, `${image}:1`);
      expect(exitCode).toBe(13);
      expect(report).toMatchObject({ passed: false, leaks: [{ severity: 'error', omitted: 0 }], unread: [] });
      const found = report.leaks[0]?.places.map(({ place }) => place) ?? [];
      const places = found.map(describePlace).join('\n');
      expect(places).toContain("the image's environment variable CLONE_URL");
      expect(places).toContain("the image's label com.acme.source");
      expect(places).toMatch(/the image's history entry \d+/);
      expect(places).toMatch(
        /srv\/app\/\.git\/objects\/pack\/pack-\w+\.pack > object at \d+ \(layer \d of \d\)/,
      );
      expect(places).toMatch(/srv\/logs\/bench\.log\.gz > gzip/);
      expect(places).toMatch(/root\.netrc \(layer \d of \d, deleted by layer \d\)/);
      expect(places).toMatch(/the name or attributes of srv\/cache/);
      const deleted = found.find((place) => place.kind === 'file' && place.path === 'root.netrc');
      expect(deleted).toMatchObject({ layer: { instruction: expect.stringContaining('root.netrc') } });
      // BuildKit remembers the build arg, from Engine 24 on.
      const outside = report.outsideImages.flatMap((leak) => leak.places);
      const records = outside.filter(({ place }) => place.kind === 'build-record');
      if (!engine.version.startsWith('20')) expect(records).not.toEqual([]);
      expect(report.outsideImages.every(({ severity }) => severity === 'warning')).toBe(true);
      const reported = await runCli(['audit', `${image}:1`, '--host', engine.host], { folder: site.folder });
      expect(reported).toMatchObject({
        exitCode: 13,
        stdout: expect.stringMatching(
          /^[^→]*PAT_DESIRED_EFFECT in \d+ places[^→]*→ Revoke the value of PAT_DESIRED_EFFECT/,
        ),
      });
      expect(findSecrets(reported.output, [world.token])).toEqual([]);
    } finally {
      await removeRepository(engine.host, image);
    }
  });

  test('refuses a release whose build had the token, keeps it on request, and accepts one without it', async () => {
    const site = await world.addSite(engine);
    const tags = async () => (await client.images.list(site.image)).map(({ tag }) => tag);
    const release = (...args: string[]) =>
      runCli(['--progress', 'json', ...args, '--host', engine.host], { folder: site.folder });
    const refused = await release('--token-delivery', 'inject');
    expect(refused.exitCode).toBe(13);
    expect(refused.stdout).toMatch(/"type":"leak".*logs\/bench\.log/);
    expect(refused.stdout).toContain('"code":"image-leaks"');
    expect(findSecrets(refused.output, [world.token])).toEqual([]);
    expect(await tags()).toEqual([]);

    const kept = await release('--token-delivery', 'inject', '--keep-failed');
    expect(kept.exitCode).toBe(13);
    expect(await tags()).toEqual([expect.stringMatching(/^1\.0\.0-quarantined-[0-9a-f]{12}$/)]);

    const clean = await release();
    expect(clean).toMatchObject({ exitCode: 0 });
    const shown = await runCli(['show', '--json'], { folder: site.folder });
    expect(JSON.parse(shown.stdout).audit).toMatchObject({ mode: 'fail', outcome: 'clean', leaks: [] });

    const path = join(site.folder, '.de-build/clean-layers.json');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(findSecrets(await readFile(path, 'utf8'), [world.token])).toEqual([]);
    const again = await audit(engine, site);
    expect(again).toMatchObject({ exitCode: 0, report: { passed: true, layers: { searched: 0 } } });

    const all = await runCli(['audit', '--all', '--json', '--host', engine.host], { folder: site.folder });
    expect(all.exitCode).toBe(13);
    const { images } = JSON.parse(all.stdout) as { images: AuditReport[] };
    expect(images.map(({ image, passed }) => [image.replace(/-[0-9a-f]{12}$/, ''), passed]).sort()).toEqual([
      [`${site.image}:1.0.0`, true],
      [`${site.image}:1.0.0-quarantined`, false],
    ]);
  });

  test('names a weak value and an unread file at each release, and reads the same layers once', async () => {
    const site = await world.addSite(engine);
    await site.setEnv('DB_PASSWORD', '123');
    await mkdir(join(site.folder, 'resources'), { recursive: true });
    await writeFile(join(site.folder, 'resources/sealed.xz'), Buffer.from('\xfd7zXZ\0\0\x04', 'latin1'));
    await appendFile(join(site.folder, site.containerfile), '\nCOPY resources/sealed.xz /opt/sealed.xz\n');
    await site.commit('Add a packed file');
    const release = (progress: string) =>
      runCli(['--progress', progress, '--host', engine.host], { folder: site.folder });
    const first = await release('plain');
    expect(first.stdout.match(/DB_PASSWORD.*too weak|opt\/sealed\.xz was/g)).toEqual([
      'DB_PASSWORD is too weak',
      'opt/sealed.xz was',
    ]);
    expect(first).toMatchObject({ exitCode: 0, stdout: expect.not.stringContaining('places') });
    const shown = await runCli(['show'], { folder: site.folder });
    expect(shown.stdout).toMatch(
      /none found in what was read; 1 packed file not searched completely; DB_PASSWORD\s+too weak/,
    );
    expect(shown.stdout).not.toContain('Leaks');

    await site.setEnv('DE_SITE_VERSION', '1.0.1');
    const second = await release('json');
    expect(second).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('opt/sealed.xz') });
    expect(second.stdout).not.toContain('"id":"read ');
    const { audit: recorded } = JSON.parse(
      (await runCli(['show', '--json'], { folder: site.folder })).stdout,
    );
    expect(recorded).toMatchObject({ layers: { searched: 0 }, unread: 1, leaks: [] });
  });

  test('says so when there is no such image', async () => {
    const site = await world.addSite(engine);
    for (const name of ['9.9.9', 'de-build-test/none:1', 'not a name']) {
      const { exitCode, output } = await audit(engine, site, name);
      expect({ exitCode, output }).toEqual({
        exitCode: 5,
        output: expect.stringContaining('image-to-audit-missing'),
      });
    }
  });
});
