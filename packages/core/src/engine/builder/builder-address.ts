import type { TlsFiles } from '../endpoint.ts';

/** How a `buildkitd` is reached. */
export type BuilderAddress =
  | { readonly kind: 'socket'; readonly path: string }
  | {
      readonly kind: 'tcp';
      readonly host: string;
      readonly port: number;
      readonly tls?: BuilderTls;
    }
  | {
      /** Through `buildctl dial-stdio` in a container of an engine. */
      readonly kind: 'container';
      readonly container: string;
      /** Context or address of the engine; the one that Docker's client uses by default. */
      readonly engine?: string;
    }
  | {
      /** Through `kubectl exec`. */
      readonly kind: 'pod';
      readonly kubectl: Kubectl;
      readonly pod: string | { readonly app: string; readonly isRandom: boolean };
      readonly container?: string;
    };

/** Where kubectl finds the cluster; its own settings by default. */
export interface Kubectl {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
}

/** PEM. Without a certificate of its own, the client is not known to the builder. */
export interface BuilderTls extends Omit<TlsFiles, 'verify'> {
  readonly serverName?: string;
}

/** What an address may begin with, for messages. */
export const BUILDER_SCHEMES = ['unix://', 'tcp://', 'docker-container://', 'kube-pod://'];

const DEFAULT_PORT = 1234;
/** A name that kubectl and Docker take, and no option. */
const OBJECT_NAME = /^[a-zA-Z0-9][\w.-]*$/;

/** Parses the address as `buildctl --addr` takes it; `undefined` when it is none. */
export function parseBuilderAddress(text: string, tls?: BuilderTls): BuilderAddress | undefined {
  const [, scheme = '', rest = ''] = /^([a-z-]+):\/\/(.*)$/s.exec(text) ?? [];
  if (scheme === 'unix') return rest.startsWith('/') ? { kind: 'socket', path: rest } : undefined;
  if (!URL.canParse(`x://${rest}`)) return undefined;
  const { hostname, port, pathname, searchParams, username } = new URL(`x://${rest}`);
  if (username !== '' || !/^\/?$/.test(pathname)) return undefined;
  const named = namesOf(searchParams);
  if (named === undefined || hostname === '') return undefined;
  switch (scheme) {
    case 'tcp': {
      const host = hostname.replace(/^\[(.*)\]$/, '$1');
      return { kind: 'tcp', host, port: port === '' ? DEFAULT_PORT : Number(port), ...(tls && { tls }) };
    }
    case 'docker-container': {
      const { context } = named;
      return OBJECT_NAME.test(hostname)
        ? { kind: 'container', container: hostname, ...(context && { engine: context }) }
        : undefined;
    }
    case 'kube-pod': {
      const { context, namespace, container } = named;
      const kubectl = { ...(context && { context }), ...(namespace && { namespace }) };
      return OBJECT_NAME.test(hostname)
        ? { kind: 'pod', kubectl, pod: hostname, ...(container && { container }) }
        : undefined;
    }
    default:
      return undefined;
  }
}

function namesOf(parameters: URLSearchParams): Readonly<Record<string, string>> | undefined {
  const named = Object.fromEntries(parameters);
  return Object.values(named).every((value) => OBJECT_NAME.test(value)) ? named : undefined;
}
