import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { registryRefused, registryUnreachable } from '../../errors/engine-image-failures.ts';
import { isLoopback } from '../../git/remote-url.ts';
import { parseJson } from '../../parse-json.ts';
import type { RegistryCredential } from '../engine.ts';

/** A repository of a registry, by the HTTP API of OCI's distribution specification. */
export interface RegistryClient {
  /** `undefined` when there is none. @param reference a tag or a digest */
  manifest(reference: string, signal?: AbortSignal): Promise<StoredManifest | undefined>;
  /** @throws DeBuildError `registry-*`, here or from the stream */
  blob(digest: string, signal?: AbortSignal): Promise<Readable>;
  /** Gives a manifest that is there a tag. */
  tag(manifest: StoredManifest, tag: string): Promise<void>;
  untag(tag: string): Promise<void>;
  tags(): Promise<readonly string[]>;
}

export interface StoredManifest {
  /** `sha256:…` */
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

export interface RegistryClientOptions {
  /** `registry.example.com:5000`; `docker.io` is Docker Hub. */
  readonly host: string;
  /** Within the registry: `acme/erp`. */
  readonly repository: string;
  readonly credential: RegistryCredential | undefined;
}

const MANIFESTS = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');
const Token = z.looseObject({ token: z.string().optional(), access_token: z.string().optional() });
const Tags = z.looseObject({ tags: z.array(z.string()).nullish() });
const Errors = z.looseObject({
  errors: z.array(z.looseObject({ code: z.string().default(''), message: z.string().default('') })),
});
const ANSWER_WITHIN_MS = 60_000;

export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const { host, repository, credential } = options;
  const name = `${host}/${repository}`;
  const hostname = host.replace(/:\d+$/, '');
  const server = host === 'docker.io' ? 'registry-1.docker.io' : host;
  let base: string | undefined;
  let authorization: string | undefined;

  /** As Docker does: a registry on this machine may have no TLS. */
  const findBase = async (): Promise<string> => {
    const secure = `https://${server}`;
    if (!isLoopback(hostname)) return secure;
    return fetch(`${secure}/v2/`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }).then(
      () => secure,
      () => `http://${server}`,
    );
  };

  const send = async (
    path: string,
    init: RequestInit,
    signal: AbortSignal | undefined,
  ): Promise<Response> => {
    base ??= await findBase();
    const limit = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const headers = { ...init.headers, ...(authorization === undefined ? {} : { authorization }) };
    const url = path.startsWith('/') ? `${base}${path}` : `${base}/v2/${repository}/${path}`;
    try {
      return await fetch(url, { ...init, headers, signal: signal ?? limit });
    } catch (error) {
      signal?.throwIfAborted();
      const { cause, message } = error as Error & { cause?: Error };
      throw registryUnreachable(host, name, cause?.message || message, 'us');
    }
  };

  const ask = async (path: string, init: RequestInit = {}, signal?: AbortSignal): Promise<Response> => {
    const first = await send(path, init, signal);
    if (first.status !== 401) return first;
    authorization = await authorize(first.headers.get('www-authenticate') ?? '', { repository, credential });
    await first.body?.cancel();
    return authorization === undefined ? first : send(path, init, signal);
  };

  const refused = async (response: Response) => {
    const text = await response.text().catch(() => '');
    const parsed = Errors.safeParse(parseJson(text));
    const [first] = parsed.success ? parsed.data.errors : [];
    const reason =
      first === undefined ? `HTTP ${response.status}` : `${first.code.toLowerCase()}: ${first.message}`;
    return registryRefused(host, name, `${reason} (${response.status})`);
  };

  return {
    async manifest(reference, signal) {
      const response = await ask(`manifests/${reference}`, { headers: { accept: MANIFESTS } }, signal);
      if (response.status === 404) return undefined;
      if (!response.ok) throw await refused(response);
      const bytes = Buffer.from(await response.arrayBuffer());
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      if (reference.startsWith('sha256:') && reference !== digest)
        throw registryRefused(host, name, `it answered ${reference} with ${digest}`);
      return { digest, mediaType: response.headers.get('content-type') ?? '', bytes };
    },
    async blob(digest, signal) {
      // Without the limit for an answer, which would end a long transfer.
      const response = await ask(`blobs/${digest}`, {}, signal ?? new AbortController().signal);
      if (!response.ok || response.body === null) throw await refused(response);
      return Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
    },
    async tag({ bytes, mediaType }, tag) {
      const init = { method: 'PUT', body: new Uint8Array(bytes), headers: { 'content-type': mediaType } };
      const response = await ask(`manifests/${tag}`, init);
      if (!response.ok) throw await refused(response);
    },
    async untag(tag) {
      const response = await ask(`manifests/${tag}`, { method: 'DELETE' });
      if (!response.ok && response.status !== 404) throw await refused(response);
    },
    async tags() {
      const found: string[] = [];
      let path: string | undefined = 'tags/list?n=1000';
      while (path !== undefined) {
        const response: Response = await ask(path);
        if (response.status === 404) return found;
        if (!response.ok) throw await refused(response);
        found.push(...(Tags.parse(await response.json()).tags ?? []));
        // The rest of a long list (RFC 5988).
        const [, next] = /<([^>]+)>;\s*rel="?next"?/.exec(response.headers.get('link') ?? '') ?? [];
        path = next === undefined ? undefined : new URL(next, base).pathname + new URL(next, base).search;
      }
      return found;
    },
  };
}

/** The header that a registry's challenge asks for: by RFC 7617, or a token from the server that it names. */
async function authorize(
  challenge: string,
  { repository, credential }: Pick<RegistryClientOptions, 'repository' | 'credential'>,
): Promise<string | undefined> {
  const basic =
    credential &&
    `Basic ${Buffer.from(`${credential.username}:${credential.password.reveal()}`).toString('base64')}`;
  if (/^basic/i.test(challenge)) return basic;
  const fields = new Map(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value] as const),
  );
  const realm = fields.get('realm');
  if (!/^bearer/i.test(challenge) || realm === undefined || !URL.canParse(realm)) return undefined;
  const url = new URL(realm);
  // A password goes over the network by TLS only.
  if (url.protocol !== 'https:' && !isLoopback(url.hostname)) return undefined;
  const service = fields.get('service');
  if (service !== undefined) url.searchParams.set('service', service);
  url.searchParams.set('scope', `repository:${repository}:pull,push`);
  const response = await fetch(url, {
    headers: basic === undefined ? {} : { authorization: basic },
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
  if (!response.ok) return undefined;
  const { token, access_token } = Token.parse(await response.json());
  const found = token ?? access_token;
  return found === undefined ? undefined : `Bearer ${found}`;
}
