import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '@de-build/core';

const APPS = 12;
const STEPS = 14;

/** Writes the records of this many releases, each as large as that of a site with twelve apps. */
export async function createManifests(folder: string, count: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let number = 0; number < count; number += 1) {
    const manifest = manifestOf(
      `${1 + Math.floor(number / 400)}.${Math.floor(number / 20) % 20}.${number % 20}`,
    );
    await writeFile(
      join(folder, `${manifest.siteVersion}.json`),
      `${JSON.stringify(manifest, undefined, 2)}\n`,
    );
  }
}

function manifestOf(siteVersion: string): Manifest {
  const reference = `desiredeffect/erpnext-custom:${siteVersion}`;
  const digest = (of: string) =>
    `sha256:${createHash('sha256').update(`${siteVersion} ${of}`).digest('hex')}`;
  const time = '2026-01-01T00:00:00.000Z';
  return {
    schemaVersion: 1,
    siteVersion,
    createdAt: time,
    image: {
      reference,
      id: digest('image'),
      sizeBytes: 2_200_000_000,
      tags: [reference],
      platform: 'linux/amd64',
      baseImages: [{ reference: 'python:3.11.6-slim-bookworm', digest: digest('base'), isFinal: true }],
      labels: {
        'io.de-build.plan.digest': digest('plan'),
        'org.opencontainers.image.created': time,
        'org.opencontainers.image.revision': commitOf(siteVersion, 'site'),
        'org.opencontainers.image.source': 'https://git.example.com/example/site',
        'org.opencontainers.image.version': siteVersion,
      },
    },
    frappe: appOf(siteVersion, 'frappe'),
    apps: Array.from({ length: APPS }, (_, at) => appOf(siteVersion, `app_${at + 1}`)),
    dialect: 'secret',
    buildArgs: {
      CACHE_BUST: { value: digest('commits'), source: 'de-build' },
      FRAPPE_BRANCH: { value: 'version-15', source: 'env' },
      FRAPPE_PATH: { value: 'https://github.com/frappe/frappe', source: 'env' },
      NODE_VERSION: { value: '20.19.2', source: 'env' },
      PYTHON_VERSION: { value: '3.11.6', source: 'env' },
    },
    containerfile: { path: 'images/custom/Containerfile', digest: digest('containerfile') },
    context: { path: '.', digest: digest('context'), files: 12, sentBytes: 40_000 },
    site: { commit: commitOf(siteVersion, 'site'), branch: 'main', dirty: false },
    cache: { used: true, input: 'CACHE_BUST', digest: digest('commits') },
    planDigest: digest('plan'),
    timing: {
      startedAt: time,
      durationMs: 412_345.6,
      steps: Array.from({ length: STEPS }, (_, at) => ({
        name: `[builder ${at + 1}/${STEPS}] RUN bench get-app --branch version-15 app_${at + 1}`,
        durationMs: 12_345.6,
        cached: at % 3 === 0,
      })),
    },
    builder: {
      kind: 'buildkit',
      engineProduct: 'Docker Engine',
      engineVersion: '28.5.2',
      apiVersion: '1.51',
    },
    deBuildVersion: '1.0.0',
    warnings: [],
  };
}

function appOf(siteVersion: string, name: string): Manifest['apps'][number] {
  return {
    name,
    url: `https://git.example.com/example/${name}.git`,
    ref: 'version-15',
    kind: 'branch',
    commit: commitOf(siteVersion, name),
    version: '15.41.0',
  };
}

function commitOf(siteVersion: string, what: string): string {
  return createHash('sha1').update(`${siteVersion} ${what}`).digest('hex');
}
