import type { Manifest } from './manifest.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const COMMIT = '0123456789abcdef0123456789abcdef01234567';

/** The smallest valid manifest, with the changes that a test needs. */
export function sampleManifest(changes: Partial<Manifest> = {}): Manifest {
  const siteVersion = changes.siteVersion ?? '1.4.0';
  return {
    schemaVersion: 1,
    siteVersion,
    createdAt: '2026-08-01T10:00:00.000Z',
    image: {
      reference: `acme/erp:${siteVersion}`,
      id: DIGEST,
      sizeBytes: 1_234_567_890,
      tags: [`acme/erp:${siteVersion}`],
      platform: 'linux/amd64',
      baseImages: [{ reference: 'debian:bookworm-slim', digest: DIGEST, isFinal: true }],
      labels: { 'org.opencontainers.image.version': siteVersion },
    },
    frappe: {
      name: 'frappe',
      url: 'https://github.com/frappe/frappe',
      ref: 'version-15',
      kind: 'branch',
      commit: COMMIT,
      version: '15.40.1',
    },
    apps: [
      {
        name: 'erpnext',
        url: 'https://github.com/frappe/erpnext',
        ref: 'v15.38.0',
        kind: 'tag',
        commit: COMMIT,
        tagObject: COMMIT,
        version: '15.38.0',
      },
    ],
    dialect: 'secret',
    buildArgs: {
      PYTHON_VERSION: { value: '3.11.9', source: 'env' },
      FRAPPE_PATH: { redacted: true, source: 'config' },
    },
    containerfile: { path: 'images/custom/Containerfile', digest: DIGEST },
    context: { path: '.', digest: DIGEST, files: 12, sentBytes: 3456 },
    site: { commit: COMMIT, branch: 'main', dirty: false },
    cache: { used: true, input: 'CACHE_BUST' },
    planDigest: DIGEST,
    timing: {
      startedAt: '2026-08-01T09:58:48.000Z',
      durationMs: 72_000,
      steps: [
        { name: '[builder 2/4] RUN bench init', durationMs: 61_000, cached: false },
        { name: '[builder 1/4] FROM debian:bookworm-slim', durationMs: 0, cached: true },
      ],
    },
    builder: { kind: 'buildkit', engineProduct: 'docker', engineVersion: '28.5.1', apiVersion: '1.51' },
    deBuildVersion: '0.1.0',
    warnings: [],
    ...changes,
  };
}
