import { z } from 'zod';
import { engineAnswerUnreadable } from '../../errors/engine-failures.ts';
import { registryRefused, registryUnreachable } from '../../errors/engine-image-failures.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import { parseJson } from '../../parse-json.ts';
import { explainStatus, reasonOf } from '../connection-error.ts';
import type { Images, Registries, RegistryAccess, RegistryCredential } from '../engine.ts';
import { type EngineMessage, errorOf, progressOf } from '../engine-message.ts';
import { followAnswer } from '../follow-answer.ts';
import { parseReference } from '../images/image-reference.ts';
import { jsonHeader } from '../json-header.ts';
import { registryOf } from '../registry-credentials.ts';
import type { EngineHeaders, EngineQuery, EngineTransport } from '../transport.ts';

const Distribution = z.looseObject({ Descriptor: z.looseObject({ digest: z.string() }) });

/** The engine asks the registry in turn. */
const REGISTRY_ANSWERS_WITHIN_MS = 60_000;

export function registries(
  transport: Pick<EngineTransport, 'endpoint' | 'ping' | 'request' | 'text'>,
  images: Pick<Images, 'inspect'>,
): Registries {
  return {
    async digestOf(reference, { credential, signal }) {
      const { status, text } = await transport.text({
        method: 'GET',
        path: `/distribution/${reference}/json`,
        headers: authHeader(credential),
        answerWithinMs: REGISTRY_ANSWERS_WITHIN_MS,
        ...omitUndefined({ signal }),
      });
      if (status >= 400) {
        if (!isRefusal(status, text)) return undefined;
        throw explainRegistry(reference, reasonOf(text));
      }
      const parsed = Distribution.safeParse(parseJson(text));
      return parsed.success ? parsed.data.Descriptor.digest : undefined;
    },

    async push(reference, access) {
      const { repository, tag } = parseReference(reference);
      let digest: string | undefined;
      const path = `/images/${repository}/push`;
      const push = { path, query: { tag }, reference, during: 'a push', access };
      for await (const message of followTransfer(transport, push)) {
        const reported = (message.aux as { Digest?: unknown } | undefined)?.Digest;
        if (typeof reported === 'string') digest = reported;
      }
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
      const pull = { path: '/images/create', query, reference, during: 'a pull', access };
      for await (const _ of followTransfer(transport, pull));
    },
  };
}

/** Of a name that a registry does not have, some say 403: it may be pushed all the same. */
function isRefusal(status: number, text: string): boolean {
  return (
    (status === 401 || status >= 500) && !/\b(?:manifest|name|repository) (?:unknown|not found)/i.test(text)
  );
}

interface Transfer {
  readonly path: string;
  readonly query: EngineQuery;
  readonly reference: string;
  readonly during: string;
  readonly access: RegistryAccess;
}

/** The messages of an answer whose status is always good; a failure comes as one of them. */
async function* followTransfer(
  transport: Pick<EngineTransport, 'endpoint' | 'ping' | 'request'>,
  { path, query, reference, during, access }: Transfer,
): AsyncGenerator<EngineMessage, void, void> {
  const { credential, signal, onProgress } = access;
  const layers = new Map<string, { readonly current: number; readonly total: number }>();
  const answer = followAnswer(transport, {
    method: 'POST',
    path,
    query,
    headers: authHeader(credential),
    during,
    explainRefusal: (status, text) => explainRefusal(status, text, reference, path),
    ...omitUndefined({ signal }),
  });
  for await (const message of answer) {
    const error = errorOf(message);
    if (error !== undefined) throw explainRegistry(reference, error);
    if (isTransfer(message)) {
      const { current, total } = progressOf(message);
      // An engine may send more bytes than it announced.
      layers.set(message.id, { current, total: Math.max(current, total) });
      const sum = (key: 'current' | 'total') => [...layers.values()].reduce((all, one) => all + one[key], 0);
      onProgress?.(sum('current'), sum('total'));
    }
    yield message;
  }
}

function isTransfer(message: EngineMessage): message is EngineMessage & { readonly id: string } {
  return typeof message.id === 'string' && /^(?:Pushing|Downloading)$/.test(String(message.status));
}

/** Some engines ask the registry before they answer, and pass on its refusal as their own. */
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

/** Engines require the header for a push even when it is empty. */
function authHeader(credential: RegistryCredential | undefined): EngineHeaders {
  const auth =
    credential === undefined ? {} : { username: credential.username, password: credential.password.reveal() };
  return { 'X-Registry-Auth': jsonHeader(auth) };
}
