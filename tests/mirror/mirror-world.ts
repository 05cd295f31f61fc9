import { spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request as ask, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from '@jest/globals';
import { DeBuildError } from '../../packages/core/src/errors/de-build-error.ts';
import type { Mirror, MirrorApp, PinnedSource } from '../../packages/core/src/git/mirror/mirror.ts';
import { type MirrorOptions, openMirror } from '../../packages/core/src/git/mirror/mirror-store.ts';
import { arrangeSources } from '../../packages/core/src/git/mirror/source-files.ts';
import { Secret } from '../../packages/core/src/secrets/secret.ts';
import { type AppRepository, createAppRepository } from '../../packages/testbed/src/git-repository.ts';
import { type GitServer, type GitUser, startGitServer } from '../../packages/testbed/src/git-server.ts';

export const PATH = process.env.PATH ?? '';
export const TOKEN = 'ghp_S3cretOfTheMirrorThatMustNeverShow001';
export const credential = { username: 'x-access-token', password: new Secret('ACME_TOKEN', TOKEN) };
/** A git host with one app, and a folder for a site's mirror. */
export interface MirrorWorld {
  readonly folder: string;
  /** Of the mirror; not made yet. */
  readonly mirrorFolder: string;
  readonly server: GitServer;
  readonly app: AppRepository;
  openMirror(options?: Partial<MirrorOptions>): Mirror;
  /** The app's branch `version-15` (or another, or a tag) as it is resolved now. */
  resolve(ref?: string): Promise<MirrorApp>;
  /** Writes sources out as a build gets them, for as long as `use` takes. */
  serve<T>(
    sources: readonly PinnedSource[],
    use: (served: { readonly folder: string; urlOf(source: PinnedSource): string }) => Promise<T>,
  ): Promise<T>;
  remove(): Promise<void>;
}

export async function makeMirrorWorld(
  options: { readonly users?: readonly GitUser[] } = {},
): Promise<MirrorWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'mirror-world-'));
  const upstream = join(folder, 'upstream');
  const app = await createAppRepository(upstream, { name: 'acme/warehouse', defaultBranch: 'version-15' });
  const server = await startGitServer({ folder: upstream, ...options });
  const mirrorFolder = join(folder, 'site', '.de-build', 'mirror');
  return {
    folder,
    mirrorFolder,
    server,
    app,
    openMirror: (own = {}) =>
      openMirror(mirrorFolder, {
        environment: { PATH, TMPDIR: folder },
        timeoutSeconds: 30,
        pauseSeconds: 0.02,
        ...own,
      }),
    async resolve(ref = 'version-15') {
      const url = `${server.url}/acme/warehouse`;
      const object = (name: string) =>
        git(['--git-dir', app.folder, 'rev-parse', '--quiet', '--verify', name]);
      const branch = await object(`refs/heads/${ref}`).catch(() => undefined);
      if (branch !== undefined) return { url, ref, kind: 'branch', commit: branch };
      const [tagObject, commit] = [
        await object(`refs/tags/${ref}`),
        await object(`refs/tags/${ref}^{commit}`),
      ];
      return { url, ref, kind: 'tag', commit, ...(tagObject === commit ? {} : { tagObject }) };
    },
    async serve(sources, use) {
      const served = await mkdtemp(join(folder, 'sources-'));
      const { files, pathOf } = arrangeSources(sources);
      for (const file of files) {
        const path = join(served, file.path);
        await mkdir(dirname(path), { recursive: true });
        await ('file' in file ? copyFile(file.file, path) : writeFile(path, file.content));
      }
      return use({ folder: served, urlOf: (source) => `file://${served}/${pathOf(source)}` });
    },
    async remove() {
      await server.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** What git prints, trimmed. It sees nobody's configuration, and starts in `/`. */
export function git(args: readonly string[], environment: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, {
      cwd: '/',
      env: {
        PATH,
        HOME: '/nonexistent',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_TERMINAL_PROMPT: '0',
        LC_ALL: 'C',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(output.trim());
      else reject(new Error(`git ${args.join(' ')} ended with ${code}: ${errors}`));
    });
  });
}

export async function failureOf(promise: Promise<unknown>): Promise<DeBuildError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(DeBuildError);
  return error as DeBuildError;
}

/** Every file below a folder, by path. */
export async function readAll(folder: string): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) found.set(path, await readFile(path));
  }
  return found;
}

export interface OldHost {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Stands before a git server as a host that speaks git's protocol of before version 2, in which only what a ref points
 * at is given out; or, with `cutAfter`, as one that ends every answer of more than so many bytes there.
 */
export async function startOldHost(
  server: GitServer,
  { cutAfter = Number.POSITIVE_INFINITY }: { readonly cutAfter?: number } = {},
): Promise<OldHost> {
  const isCutting = Number.isFinite(cutAfter);
  const host = createServer((request, response) => {
    const { 'git-protocol': protocol, ...headers } = request.headers;
    const passedOn = isCutting && protocol !== undefined ? { ...headers, 'git-protocol': protocol } : headers;
    const inner = ask(`${server.url}${request.url}`, { method: request.method ?? 'GET', headers: passedOn });
    inner.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      let left = cutAfter;
      answer.on('data', (chunk: Buffer) => {
        if (left <= 0) return;
        response.write(chunk.subarray(0, left));
        left -= chunk.length;
        if (left <= 0) response.end();
      });
      answer.on('end', () => response.end());
      answer.on('error', () => response.destroy());
    });
    inner.on('error', () => response.destroy());
    request.pipe(inner);
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(host.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        host.close(() => resolve());
        host.closeAllConnections();
      }),
  };
}
