import { z } from 'zod';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import { engineAnswerUnreadable, engineIdle, engineLost } from '../../errors/engine-failures.ts';
import { registryRefused, registryUnreachable } from '../../errors/engine-image-failures.ts';
import { explainStatus, reasonOf } from '../connection-error.ts';
import type { Images, Registries, RegistryAccess, RegistryCredential } from '../engine.ts';
import { type EngineMessage, errorOf, progressOf } from '../engine-message.ts';
import { parseReference } from '../images/image-reference.ts';
import { jsonHeader } from '../json-header.ts';
import { readJsonLines } from '../json-lines.ts';
import { readText } from '../read-text.ts';
import { registryOf } from '../registry-credentials.ts';
import type { EngineHeaders, EngineQuery, EngineTransport } from '../transport.ts';
import { watchSilence } from '../watch-silence.ts';

const Distribution = z.looseObject({ Descriptor: z.looseObject({ digest: z.string() }) });

/** The engine asks a registry in turn, which may be far away. */
const REGISTRY_ANSWERS_WITHIN_MS = 60_000;

export function registries(transport: EngineTransport, images: Pick<Images, 'inspect'>): Registries {
  return {
    async digestOf(reference, access) {
      const { status, body } = await transport.request({
        method: 'GET',
        path: `/distribution/${reference}/json`,
        headers: authHeader(access.credential),
        answerWithinMs: REGISTRY_ANSWERS_WITHIN_MS,
        ...(access.signal === undefined ? {} : { signal: access.signal }),
      });
      const text = await readText(body);
      if (status >= 400) return undefined;
      const parsed = Distribution.safeParse(parseJson(text));
      return parsed.success ? parsed.data.Descriptor.digest : undefined;
    },

    async push(reference, access) {
      const { repository, tag } = parseReference(reference);
      let digest: string | undefined;
      await follow(
        transport,
        { path: `/images/${repository}/push`, query: { tag }, reference, doing: 'a push' },
        access,
        (message) => {
          const told = (message.aux as { Digest?: unknown } | undefined)?.Digest;
          if (typeof told === 'string') digest = told;
        },
      );
      digest ??= (await images.inspect(reference))?.repoDigests
        .find((known) => known.startsWith(`${repository}@`))
        ?.split('@')[1];
      if (digest === undefined) {
        throw engineAnswerUnreadable(`the push of ${reference}`, 'It names no digest.');
      }
      return digest;
    },

    async pull(reference, access) {
      const [fromImage, tag] = reference.split('@');
      const query = { fromImage, tag };
      await follow(transport, { path: '/images/create', query, reference, doing: 'a pull' }, access);
    },
  };
}

interface Transfer {
  readonly path: string;
  readonly query: EngineQuery;
  readonly reference: string;
  readonly doing: string;
}

/** Reads the answer to its end: an engine answers 200 first, and tells in it what became of the transfer. */
async function follow(
  transport: EngineTransport,
  { path, query, reference, doing }: Transfer,
  access: RegistryAccess,
  take: (message: EngineMessage) => void = () => undefined,
): Promise<void> {
  const { signal } = access;
  const ended = new AbortController();
  const silence = watchSilence(transport, (seconds) =>
    ended.abort(engineIdle(transport.endpoint, doing, seconds)),
  );
  try {
    const { status, body } = await transport.request({
      method: 'POST',
      path,
      query,
      headers: authHeader(access.credential),
      answerWithinMs: Number.POSITIVE_INFINITY,
      signal: signal === undefined ? ended.signal : AbortSignal.any([ended.signal, signal]),
    });
    if (status >= 400) throw explainRefusal(status, await readText(body), reference, path);
    for await (const message of readJsonLines(body)) {
      silence.broken();
      const error = errorOf(message);
      if (error !== undefined) throw explainRegistry(reference, error);
      take(message);
      tellProgress(message, access);
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (ended.signal.aborted) throw ended.signal.reason;
    throw isDeBuildError(error) ? error : engineLost(transport.endpoint, doing, error);
  } finally {
    silence.end();
  }
}

function tellProgress(message: EngineMessage, { onProgress }: RegistryAccess): void {
  if (typeof message.id !== 'string' || typeof message.status !== 'string') return;
  onProgress?.({ layer: message.id, status: message.status, ...progressOf(message) });
}

/** Some engines ask the registry before they answer, and give its refusal as their own. */
function explainRefusal(status: number, text: string, reference: string, path: string) {
  return status === 404 && /No such image|image not known/i.test(text)
    ? explainStatus(status, text, `POST ${path}`)
    : explainRegistry(reference, reasonOf(text));
}

function explainRegistry(reference: string, reason: string) {
  const host = registryOf(reference);
  const isAway =
    /connection refused|no such host|i\/o timeout|no route|network is unreachable|deadline exceeded|EOF$|Client\.Timeout|server gave HTTP|x509|TLS/i;
  return isAway.test(reason)
    ? registryUnreachable(host, reference, reason)
    : registryRefused(host, reference, reason);
}

/** Engines want the header with a push also where there is nothing to say. */
function authHeader(credential: RegistryCredential | undefined): EngineHeaders {
  const auth =
    credential === undefined ? {} : { username: credential.username, password: credential.password.reveal() };
  return { 'X-Registry-Auth': jsonHeader(auth) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
