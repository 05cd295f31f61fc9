import { createHash } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import { z } from 'zod';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import {
  registryAnswerWrong,
  registryRefused,
  registryUnreachable,
} from '../../errors/engine-image-failures.ts';
import { isLoopback } from '../../git/remote-url.ts';
import { parseJson } from '../../parse-json.ts';
import type { RegistryCredential } from '../engine.ts';

/** A repository of a registry, by the HTTP API of OCI's distribution specification. */
export interface RegistryClient {
  /** `undefined` when there is none. @param reference a tag or a digest */
  manifest(reference: string, signal?: AbortSignal): Promise<StoredManifest | undefined>;
  /** Its end is an error when the bytes are not those of the digest. @throws DeBuildError `registry-*`, here or from the stream */
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
/** Of a list of tags; a registry gives up to a thousand at a time. */
const MOST_PAGES = 1_000;

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

  /** What a failure means that is none of ours. */
  const explain = (error: unknown, signal: AbortSignal | undefined): unknown => {
    if (signal?.aborted) return signal.reason;
    if (isDeBuildError(error)) return error;
    if (error instanceof z.ZodError)
      return registryAnswerWrong(host, name, 'It is not the JSON that the specification demands.');
    const { cause, message } = error as Error & { cause?: Error };
    return registryUnreachable(host, name, cause?.message || message, 'us');
  };

  const send = async (path: string, init: RequestInit, signal: AbortSignal): Promise<Response> => {
    base ??= await findBase();
    const headers = { ...init.headers, ...(authorization === undefined ? {} : { authorization }) };
    const url = path.startsWith('/') ? `${base}${path}` : `${base}/v2/${repository}/${path}`;
    return fetch(url, { ...init, headers, signal });
  };

  const ask = async (path: string, init: RequestInit, signal: AbortSignal): Promise<Response> => {
    const first = await send(path, init, signal);
    if (first.status !== 401) return first;
    const challenge = first.headers.get('www-authenticate') ?? '';
    authorization = await authorize(challenge, { repository, credential }, signal);
    await first.body?.cancel();
    return authorization === undefined ? first : send(path, init, signal);
  };

  /** A request and its whole answer. */
  const exchange = async <Answer>(
    path: string,
    { signal, ...init }: Omit<RequestInit, 'signal'> & { readonly signal?: AbortSignal | undefined },
    read: (response: Response) => Promise<Answer>,
  ): Promise<Answer> => {
    const limit = AbortSignal.timeout(ANSWER_WITHIN_MS);
    try {
      return await read(
        await ask(path, init, signal === undefined ? limit : AbortSignal.any([signal, limit])),
      );
    } catch (error) {
      throw explain(error, signal);
    }
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
    manifest: (reference, signal) =>
      exchange(`manifests/${reference}`, { headers: { accept: MANIFESTS }, signal }, async (response) => {
        if (response.status === 404) return undefined;
        if (!response.ok) throw await refused(response);
        const bytes = Buffer.from(await response.arrayBuffer());
        const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
        if (reference.startsWith('sha256:') && reference !== digest)
          throw registryAnswerWrong(host, name, `It answered ${reference} with ${digest}.`);
        return { digest, mediaType: response.headers.get('content-type') ?? '', bytes };
      }),
    async blob(digest, signal) {
      // A transfer may take long; its head may not.
      const silent = new AbortController();
      const limit = setTimeout(() => silent.abort(new Error('It did not answer in time.')), ANSWER_WITHIN_MS);
      try {
        const either = AbortSignal.any([silent.signal, ...(signal === undefined ? [] : [signal])]);
        const response = await ask(`blobs/${digest}`, {}, either);
        if (!response.ok || response.body === null) throw await refused(response);
        const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
        const checked = body.pipe(
          checkDigest(digest, (actual) =>
            registryAnswerWrong(host, name, `It answered ${digest} with ${actual}.`),
          ),
        );
        body.on('error', (error) => checked.destroy(explain(error, signal) as Error));
        checked.on('close', () => body.destroy());
        return checked;
      } catch (error) {
        throw explain(error, signal);
      } finally {
        clearTimeout(limit);
      }
    },
    tag: ({ bytes, mediaType }, tag) =>
      exchange(
        `manifests/${tag}`,
        { method: 'PUT', body: new Blob([new Uint8Array(bytes)]), headers: { 'content-type': mediaType } },
        async (response) => {
          if (!response.ok) throw await refused(response);
          if (response.status !== 201)
            throw registryAnswerWrong(
              host,
              name,
              `It answered the tag ${tag} with ${response.status}, not 201.`,
            );
        },
      ),
    untag: (tag) =>
      exchange(`manifests/${tag}`, { method: 'DELETE' }, async (response) => {
        if (!response.ok && response.status !== 404) throw await refused(response);
      }),
    async tags() {
      const found = new Set<string>();
      const seen = new Set<string>();
      let path: string | undefined = 'tags/list?n=1000';
      while (path !== undefined) {
        if (seen.has(path) || seen.size === MOST_PAGES)
          throw registryAnswerWrong(host, name, 'Its list of tags does not end.');
        seen.add(path);
        path = await exchange<string | undefined>(path, {}, async (response) => {
          if (response.status === 404) return undefined;
          if (!response.ok) throw await refused(response);
          for (const tag of Tags.parse(parseJson(await response.text())).tags ?? []) found.add(tag);
          // The rest of a long list (RFC 5988).
          const [, next] = /<([^>]+)>;\s*rel="?next"?/.exec(response.headers.get('link') ?? '') ?? [];
          return next === undefined ? undefined : new URL(next, base).pathname + new URL(next, base).search;
        });
      }
      return [...found];
    },
  };
}

/** Passes bytes on, and fails at their end when they are others. */
function checkDigest(digest: string, fault: (actual: string) => Error): Transform {
  const [algorithm = 'sha256'] = digest.split(':');
  const hash = createHash(algorithm);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      const actual = `${algorithm}:${hash.digest('hex')}`;
      done(actual === digest ? null : fault(actual));
    },
  });
}

/** The header that a registry's challenge asks for: by RFC 7617, or a token from the server that it names. */
async function authorize(
  challenge: string,
  { repository, credential }: Pick<RegistryClientOptions, 'repository' | 'credential'>,
  signal: AbortSignal,
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
  const headers = basic === undefined ? {} : { authorization: basic };
  const response = await fetch(url, { headers, signal });
  if (!response.ok) return undefined;
  const { token, access_token } = Token.parse(parseJson(await response.text()));
  const found = token ?? access_token;
  return found === undefined ? undefined : `Bearer ${found}`;
}
