import { rmSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  archiveRelease,
  auditImage,
  buildRelease,
  bumpSite,
  checkSite,
  connectEngine,
  type FlowEvent,
  pruneBuildCache,
  rebuildRelease,
  restoreRelease,
  verifyRelease,
} from '@de-build/core';
import {
  EXAMPLE_BASE_IMAGE,
  ensureBaseImages,
  type HostCertificate,
  makeHostCertificates,
  type PrivateEngine,
  type RemoteAccess,
  startPrivateEngine,
} from '@de-build/testbed';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createExampleWorld, type ExampleWorld, siteOptions } from './example-world.ts';
import { withPrivateEngines } from './on-each-engine.ts';

jest.setTimeout(600_000);

withPrivateEngines('an engine in another network, over tcp with TLS', () => {
  let engine: PrivateEngine;
  let remote: RemoteAccess;
  let world: ExampleWorld;
  let folder: string;
  let environment: Record<string, string | undefined>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remote-'));
    engine = await startPrivateEngine({ version: '28.5', isRemote: true });
    if (engine.remote === undefined) throw new Error('It is not remote.');
    remote = engine.remote;
    await ensureBaseImages(engine.host, [EXAMPLE_BASE_IMAGE]);
    world = await createExampleWorld();
    environment = withCertificates(await certificates('good', remote.certificates.good));
  });
  afterAll(async () => {
    await world?.close();
    await engine?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const withCertificates = (path: string) => ({
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    DOCKER_TLS_VERIFY: '1',
    DOCKER_CERT_PATH: path,
  });

  /** A folder as DOCKER_CERT_PATH wants it. */
  async function certificates(
    name: string,
    client: HostCertificate | undefined,
    authority = remote.certificates.authorityFile,
  ): Promise<string> {
    const path = join(folder, name);
    await mkdir(path);
    await copyFile(authority, join(path, 'ca.pem'));
    if (client === undefined) return path;
    await writeFile(join(path, 'cert.pem'), client.cert);
    await writeFile(join(path, 'key.pem'), client.key);
    return path;
  }

  test('releases, audits, verifies, rebuilds, archives, restores and prunes', async () => {
    const site = await world.addSite(engine, { privateFrappe: true });
    const options = { ...siteOptions(site, remote), environment };
    const events: FlowEvent[] = [];
    const notices = () => events.flatMap((event) => (event.type === 'notice' ? [event.text] : []));
    const onEvent = (event: FlowEvent) => events.push(event);
    const checked = await checkSite(options);
    expect(checked).toMatchObject({ passed: true });

    const first = await buildRelease({ ...options, noCache: true, onEvent }).result;
    expect(first.manifest.audit).toMatchObject({ outcome: 'clean' });
    expect(notices()).toContainEqual(
      expect.stringMatching(
        /^The image is read from the engine over the network \(\w+\): about [\d.]+ [MG]B\.$/,
      ),
    );
    const audited = await auditImage({ ...options, image: first.imageId });
    expect(audited).toMatchObject({ passed: true, leaks: [] });
    events.length = 0;
    expect(await verifyRelease({ ...options, onEvent })).toMatchObject({ passed: true });
    expect(notices()).toContainEqual(expect.stringContaining(`over the network (${first.reference})`));

    await site.commit('Record 1.0.0');
    const rebuilt = await rebuildRelease({ ...options, release: '1.0.0', cache: true });
    expect(rebuilt.outcome).toMatchObject({ verdict: 'identical' });

    const to = { kind: 'folder', folder: join(folder, 'archives') } as const;
    await archiveRelease({ ...options, release: '1.0.0', to, mkdir: true });
    const client = await connectEngine({ environment, host: remote.host });
    expect((await client.about()).dataFolder).toBeUndefined();
    expect(await hasBytes(await client.images.save(first.imageId), world.token)).toBe(false);
    await client.images.untag(first.reference);
    await restoreRelease({ ...options, release: '1.0.0', rebuild: 'never' });
    expect(await client.images.inspect(first.reference)).toMatchObject({ id: first.imageId });
    await client.close();

    await bumpSite({ site: site.folder, to: 'patch' });
    const second = await buildRelease(options).result;
    expect(second.manifest.audit).toMatchObject({ outcome: 'clean' });
    expect(await pruneBuildCache(options)).toMatchObject({ freedBytes: expect.any(Number) });
  });

  test('an unchanged release sends and gets a small part of the image', async () => {
    const site = await world.addSite(engine);
    const relay = await startRelay(remote);
    try {
      const options = { ...siteOptions(site, relay), environment };
      const first = await buildRelease(options).result;
      await site.commit('Record 1.0.0');
      await bumpSite({ site: site.folder, to: 'patch' });
      relay.bytes.sent = relay.bytes.received = 0;
      await buildRelease(options).result;
      const client = await connectEngine({ environment, host: remote.host });
      const image = await client.images.inspect(first.imageId);
      await client.close();
      expect(relay.bytes.sent).toBeLessThan(2e6);
      expect(relay.bytes.received).toBeLessThan((image?.sizeBytes ?? 0) / 10);
    } finally {
      relay.server.close();
    }
  });

  test('wrong TLS material has an error of its own', async () => {
    const other = await mkdtemp(join(folder, 'other-'));
    const { authorityFile, good } = await makeHostCertificates(other, [remote.address]);
    const { good: ours, expired } = remote.certificates;
    const outcome = async (path: string) =>
      connectEngine({ environment: withCertificates(path), host: remote.host }).then(
        (client) => client.close(),
        (error: { code: string; why: string }) => ({ code: error.code, why: error.why }),
      );
    const failed = (why: string) => ({ code: 'engine-tls-failed', why: expect.stringContaining(why) });
    expect(await outcome(await certificates('no-client', undefined))).toEqual(
      failed('The engine wants a certificate from us, and got none.'),
    );
    expect(await outcome(await certificates('wrong-authority', ours, authorityFile))).toEqual(
      failed("The engine's certificate is not signed by an authority that is trusted here"),
    );
    expect(await outcome(await certificates('wrong-client', good))).toEqual(
      failed('The engine does not trust our certificate (ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'),
    );
    expect(await outcome(await certificates('expired-client', expired))).toEqual(
      failed('Our own certificate has expired, says the engine.'),
    );
  });
});

async function hasBytes(stream: AsyncIterable<Buffer>, text: string): Promise<boolean> {
  let kept = Buffer.alloc(0);
  for await (const chunk of stream) {
    const seen = Buffer.concat([kept, chunk]);
    if (seen.includes(text)) return true;
    kept = seen.subarray(-text.length);
  }
  return false;
}

interface Relay {
  readonly host: string;
  readonly bytes: { sent: number; received: number };
  readonly server: Server;
}

/** Between a client on this machine and an engine; counts what goes over the wire. */
async function startRelay({ address, port }: RemoteAccess): Promise<Relay> {
  const bytes = { sent: 0, received: 0 };
  const server = createServer((near) => {
    const far = connect(port, address);
    near.on('data', (chunk) => {
      bytes.sent += chunk.length;
    });
    far.on('data', (chunk) => {
      bytes.received += chunk.length;
    });
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { host: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, bytes, server };
}
