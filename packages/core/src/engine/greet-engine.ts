import { z } from 'zod';
import {
  engineApiMismatch,
  engineNotDocker,
  engineTlsFailed,
  engineTooOld,
} from '../errors/engine-failures.ts';
import { engineIsPodman, engineWithoutBuildKit } from '../errors/engine-setup-failures.ts';
import { omitUndefined } from '../omit-undefined.ts';
import { askEngine } from './ask-engine.ts';
import { compareVersions } from './compare-versions.ts';
import type { ConnectOptions } from './connect-options.ts';
import { explainStatus } from './connection-error.ts';
import type { OpenTransport } from './open-transport.ts';

/** API 1.41 is that of Docker Engine 20.10. */
const OLDEST_API = '1.41';
const NEWEST_API = '1.52';

const Version = z.looseObject({ MinAPIVersion: z.string().default('0') });

/** Checks that the first answer is an engine's that can build, and agrees on an API version. */
export async function greetEngine(
  transport: OpenTransport,
  { signal }: Pick<ConnectOptions, 'signal'>,
): Promise<void> {
  const { endpoint } = transport;
  const { status, headers, text } = await transport.text({
    method: 'GET',
    path: '/_ping',
    limit: 2000,
    ...omitUndefined({ signal }),
  });
  const header = (name: string) => {
    const value = headers[name];
    return typeof value === 'string' ? value : '';
  };
  const apiVersion = header('api-version');
  if (/HTTP request to an HTTPS server/i.test(text)) {
    throw engineTlsFailed(
      endpoint,
      'The engine expects TLS on this port.',
      'Set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH to the folder of ca.pem, cert.pem and key.pem.',
    );
  }
  if (header('libpod-api-version') !== '') throw engineIsPodman(endpoint);
  if (status >= 500) throw explainStatus(status, text, 'GET /_ping');
  if (status !== 200 || apiVersion === '') {
    throw engineNotDocker(endpoint, `It is a web server that answered ${status} where an engine answers OK.`);
  }
  if (compareVersions(apiVersion, OLDEST_API) < 0) {
    throw engineTooOld(endpoint, /Docker\/([\w.+-]+)/.exec(header('server'))?.[1] ?? `of API ${apiVersion}`);
  }
  if (header('ostype') === 'windows') throw engineWithoutBuildKit(endpoint, 'windows');
  transport.useApiVersion(await agreeOnApi(transport, apiVersion));
}

/** A newer engine usually supports our API too; an unversioned request returns the oldest API that it supports. */
async function agreeOnApi(transport: OpenTransport, newestOfEngine: string): Promise<string> {
  if (compareVersions(newestOfEngine, NEWEST_API) <= 0) return newestOfEngine;
  const { MinAPIVersion } = await askEngine(transport, { method: 'GET', path: '/version' }, Version);
  if (compareVersions(MinAPIVersion, NEWEST_API) <= 0) return NEWEST_API;
  throw engineApiMismatch(transport.endpoint, MinAPIVersion, NEWEST_API);
}
