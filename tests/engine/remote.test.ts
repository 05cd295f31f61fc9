import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import {
  archiveRelease,
  buildRelease,
  bumpSite,
  connectEngine,
  type FlowEvent,
  rebuildRelease,
  restoreRelease,
  verifyRelease,
} from '@de-build/core';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makeHostCertificates } from '../../packages/testbed/src/host-certificates.ts';
import { formsOf } from '../torture/find-bytes.ts';
import { createExampleWorld, type ExampleWorld, siteOptions } from './example-world.ts';
import { onOneEngine } from './on-each-engine.ts';

const LONGEST_FORM = 1000;
/** What comes out of the engine when nothing changed: answers and progress, and no layer. */
const UNCHANGED_BYTES = 1_000_000;

onOneEngine('an engine that is reached over TCP and TLS', (engine) => {
  let world: ExampleWorld;
  let folder: string;
  let server: Server;
  let host: string;
  let received = 0;
  /** Forms of the token that passed, in either direction. */
  const seen = new Set<string>();
  beforeAll(async () => {
    world = await createExampleWorld();
    const forms = formsOf(world.token);
    folder = await mkdtemp(join(tmpdir(), 'remote-'));
    const certificates = await makeHostCertificates(folder);
    const ca = await readFile(certificates.authorityFile);
    const { key, cert } = certificates.good;
    server = createServer({ key, cert, ca, requestCert: true, rejectUnauthorized: true }, (client) => {
      const inner = connect(engine.socketPath ?? '');
      inner.on('data', (chunk) => {
        received += chunk.length;
      });
      for (const [from, to] of [[client, inner] as const, [inner, client] as const]) {
        let tail = '';
        from.on('data', (chunk: Buffer) => {
          const text = tail + chunk.toString('latin1');
          for (const form of forms) if (text.includes(form)) seen.add(form);
          tail = text.slice(-LONGEST_FORM);
        });
        from.on('error', () => to.destroy());
        from.on('close', () => to.destroy());
        from.pipe(to);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    host = `tcp://127.0.0.1:${(server.address() as { port: number }).port}`;
    await writeFile(join(folder, 'ca.pem'), ca);
    await writeFile(join(folder, 'cert.pem'), cert);
    await writeFile(join(folder, 'key.pem'), key, { mode: 0o600 });
  });
  afterAll(async () => {
    server.close();
    await world.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('releases, rebuilds, archives and restores private apps, although no step has a network', async () => {
    const site = await world.addSite(engine, { privateFrappe: true, config: { network: 'none' } });
    const common = siteOptions(site, engine);
    const environment = { ...common.environment, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder };
    const events: FlowEvent[] = [];
    const options = { ...common, host, environment, onEvent: (event: FlowEvent) => events.push(event) };
    const first = await buildRelease({ ...options, noCache: true }).result;
    expect(first.manifest).toMatchObject({ tokenDelivery: 'sources', network: 'none' });
    expect(first.manifest.audit).toMatchObject({ outcome: 'clean' });
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'notice',
        text: expect.stringMatching(/^The image is read from the engine/),
      }),
    );
    expect(await verifyRelease(options)).toMatchObject({ passed: true });

    await site.commit('Record 1.0.0');
    await bumpSite({ site: site.folder, to: 'patch' });
    received = 0;
    const second = await buildRelease(options).result;
    expect(received).toBeLessThan(UNCHANGED_BYTES);
    expect(second.manifest.image.layers).toEqual(first.manifest.image.layers);

    expect([...seen]).toEqual([]);
    const rebuilt = await rebuildRelease({ ...options, release: '1.0.0', cache: true });
    expect(rebuilt.outcome).toMatchObject({ verdict: 'identical' });

    await archiveRelease({ ...options, release: '1.0.1', to: { kind: 'folder', folder } });
    const client = await connectEngine({ environment, host });
    await client.images.untag(second.reference);
    await client.close();
    const restored = await restoreRelease({ ...options, release: '1.0.1', rebuild: 'never' });
    expect(restored).toMatchObject({ imageId: second.imageId });

    // What was searched for can be found.
    await bumpSite({ site: site.folder, to: 'patch' });
    await buildRelease({ ...options, tokenDelivery: 'inject', audit: 'warn', network: 'host' }).result;
    expect([...seen]).not.toEqual([]);
  });
});
